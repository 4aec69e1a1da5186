import { type Overlap, overlaps } from "../comparison/overlap.js";
import { languageName } from "../config/languages.js";
import { layerRanges } from "../registry/releases.js";
import { type TopFeature, topFeatures } from "../runs/top-features.js";
import type { PlottedRun } from "../views/charts/chart.js";
import { canDraw } from "../views/charts/kinds.js";
import { digits } from "../views/digits.js";
import { byText, formulaOf, sharingCaution } from "../views/ranking-text.js";

/** A feature is told to be nearly a language's alone where its mean is so many times the runner-up's. */
const ALONE = 10;
/** Top features that are compared between languages. */
const SHARED_K = 50;
/** From here on two languages are said to share features. */
const SHARED_JACCARD = 0.25;
/** So many are told with their numbers; behind them the others are only named. */
const LISTED = 6;
/** And of more than so many it is told how many they are. */
const NAMED = 20;
/** So many pairs of languages are all told; of more the first few. */
const PAIRS = 45;

/**
 * What a run found, in sentences made from its numbers alone: which languages have a feature nearly of their own and where,
 * which share features, which best features are doubtful. Claims nothing beyond the texts that were read.
 */
export function findings(run: PlottedRun): string[] {
  if (run.statistics === null)
    return [
      "This run has v-scores only: how a feature's mean on its language compares with that on each other one cannot be said.",
      sharedFeatures(run),
    ];
  const best = topFeatures(run, { topK: 1 });
  // By another measure lists may be short, or have nothing in common by what they are.
  const isOne = sharingCaution(run.measure ?? "v") !== null;
  const shared = canDraw(run, "overlap") && !isOne ? [sharedFeatures(run)] : [];
  return [...rankedText(run), ...ownFeatures(run, best), ...shared, doubtfulFeatures(best)];
}

/** By what the best features are the best, where that is not v. */
function rankedText(run: PlottedRun): string[] {
  const formula = formulaOf(run);
  return formula === null
    ? []
    : [`Best features are those by ${run.measure}, not by v. ${formula}.`];
}

/** What v / mean hides among many languages: one other on which the feature fires as well. */
const isAlone = ({ mean, runner_up_mean, flags }: TopFeature): boolean =>
  mean > 0 && mean >= ALONE * runner_up_mean && flags.length === 0;

/** Of its mean, what the runner-up has; doubtful features come last. */
const nearness = ({ mean, runner_up_mean, flags }: TopFeature): number =>
  (flags.length > 0 ? 1 : 0) + (mean > 0 ? Math.min(1, runner_up_mean / mean) : 1);

function ownFeatures({ meta }: PlottedRun, best: readonly TopFeature[]): string[] {
  const { languages, layers } = meta;
  const furthest = languages
    .map((language) =>
      best
        .filter((top) => top.language === language)
        .reduce((most, top) => (nearness(top) < nearness(most) ? top : most)),
    )
    .toSorted((a, b) => nearness(a) - nearness(b));
  const alone = furthest.filter(isAlone);
  const others = furthest.filter((top) => !isAlone(top));
  const meaning = `a best feature with at least ${ALONE} times the mean activation that it has on any other language`;
  const told = (top: TopFeature) => `${named(top.language)} ${placed(top)}: ${compared(top)}`;
  if (alone.length === 0)
    return [
      `No language has ${meaning}, at any layer.`,
      `The furthest apart: ${listed(others, told, placesInBrief)}.`,
    ];
  const has =
    alone.length === languages.length
      ? `Each of the ${languages.length} languages has`
      : `${alone.length} of ${languages.length} languages ${alone.length === 1 ? "has" : "have"}`;
  const counts = layers.map((layer) => best.filter((top) => top.layer === layer && isAlone(top)));
  const most = Math.max(...counts.map(({ length }) => length));
  const where = layers.filter((_, at) => counts[at]?.length === most);
  return [
    `${has}, at some layer, ${meaning}: ${listed(alone, told, placesInBrief)}.`,
    ...(layers.length === 1
      ? []
      : [
          `Such features are most common ${atLayers(where)}: ${most} of ${languages.length} languages${where.length === 1 ? "" : " each"}.`,
        ]),
    ...(others.length === 0
      ? []
      : [
          `Without one ${others.length === 1 ? "is" : "are"} ${listed(others, (top) => `${named(top.language)}, whose best feature is furthest from the other languages ${placed(top)}: ${compared(top)}`, placesInBrief)}.`,
        ]),
  ];
}

function sharedFeatures(run: PlottedRun): string {
  const { languages, layers } = run.meta;
  const features = Math.min(...[...run.rankings.values()].map((ranking) => ranking.features));
  if (features <= SHARED_K)
    return `The dictionaries have no more than ${SHARED_K} features: all of them are among the top ${SHARED_K} of every language.`;
  const pairs = new Map<string, Overlap>();
  for (const each of overlaps(run, layers, SHARED_K)) {
    if (languages.indexOf(each.first) >= languages.indexOf(each.second)) continue;
    const key = `${each.first} ${each.second}`;
    if (each.jaccard > (pairs.get(key)?.jaccard ?? -1)) pairs.set(key, each);
  }
  const byShare = [...pairs.values()].sort((a, b) => b.jaccard - a.jaccard);
  // |A ∪ B| = 2k − |A ∩ B|, so |A ∩ B| = 2k J / (1 + J).
  const told = ({ first, second, layer, jaccard }: Overlap) =>
    `${named(first)} and ${named(second)} ${Math.round((2 * SHARED_K * jaccard) / (1 + jaccard))} at layer ${layer}`;
  const close = byShare.filter(({ jaccard }) => jaccard >= SHARED_JACCARD);
  const [closest] = byShare;
  const first = close.slice(0, close.length > PAIRS ? LISTED : PAIRS);
  const rest = close.length - first.length;
  const more = rest === 0 ? "" : `; and ${rest} more pairs`;
  if (close.length > 0)
    return `Languages that share many of their top ${SHARED_K} features${byText(run)}, where they share most: ${first.map(told).join("; ")}${more}.`;
  if (closest === undefined || closest.jaccard === 0)
    return `No two languages share any of their top ${SHARED_K} features${byText(run)} at any layer.`;
  return `No two languages share many of their top ${SHARED_K} features${byText(run)}; the most: ${told(closest)}.`;
}

function doubtfulFeatures(best: readonly TopFeature[]): string {
  const doubtful = best.filter(({ flags }) => flags.length > 0);
  if (doubtful.length === 0)
    return "No language's best feature is doubtful: each fires on its language, at least twice as strongly as on any other, and not mainly at the first position.";
  return `Best features to look at twice: ${listed(doubtful, (top) => `${named(top.language)} ${placed(top)}: ${reasons(top)}`, layersInBrief)}.`;
}

function reasons(top: TopFeature): string {
  const words: Record<TopFeature["flags"][number], string> = {
    unrebuilt: `the dictionary leaves ${top.fvu === null ? "most" : `${(100 * top.fvu).toFixed(0)} %`} of the variance on this language unexplained (unrebuilt)`,
    sink: "over half of its activation is at the first position of the texts (sink)",
    silent: "it fires on none of the language's tokens (silent)",
    shared: `${compared(top)} (shared)`,
    "not-own": `it fires more strongly on another language, ${compared(top)} (not-own)`,
  };
  return top.flags.map((flag) => words[flag]).join(", and ");
}

const named = (code: string): string => {
  const name = languageName(code);
  return name === code ? code : `${name} (${code})`;
};

const placed = ({ layer, feature }: TopFeature): string => `at layer ${layer}, feature ${feature}`;

const compared = ({ mean, runner_up, runner_up_mean }: TopFeature): string =>
  runner_up_mean === 0
    ? `mean ${digits(mean)}, and 0 on all others`
    : `mean ${digits(mean)}, against ${digits(runner_up_mean)} on ${languageName(runner_up)}`;

const atLayers = (layers: readonly number[]): string =>
  `at ${layers.length === 1 ? "layer" : "layers"} ${layerRanges(layers).replaceAll(",", ", ")}`;

/** The first few with what is told of each; the others in brief. */
function listed<T>(
  items: readonly T[],
  told: (item: T) => string,
  inBrief: (rest: readonly T[]) => string,
): string {
  const first = items.slice(0, LISTED).map(told).join("; ");
  const rest = items.slice(LISTED);
  if (rest.length === 0) return first;
  const others = rest.length > NAMED ? "" : `: ${inBrief(rest)}`;
  return `${first}; and ${rest.length} more${others}`;
}

const placesInBrief = (rest: readonly TopFeature[]): string =>
  rest.map((top) => `${named(top.language)} ${placed(top)}`).join("; ");

/** Of a deep model's layers, many may be doubtful: a language is named once. */
const layersInBrief = (rest: readonly TopFeature[]): string =>
  [...Map.groupBy(rest, ({ language }) => language)]
    .map(([code, tops]) => `${named(code)} ${atLayers(tops.map(({ layer }) => layer))}`)
    .join("; ");
