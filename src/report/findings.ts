import { overlaps } from "../comparison/overlap.js";
import { languageName } from "../config/languages.js";
import { type TopFeature, topFeatures } from "../runs/top-features.js";
import type { PlottedRun } from "../views/charts/chart.js";
import { digits } from "../views/feature-table.js";

/** Top features that are compared between languages. */
const SHARED_K = 50;
/** From here on two languages are said to share features. */
const SHARED_FROM = 0.25;
const LISTED = 6;

const percent = (share: number): string => `${Math.round(100 * share)} %`;
const named = (code: string): string => `${languageName(code)} (${code})`;

/**
 * What a run found, in sentences made from its numbers alone: where each language's best feature is most its own, which
 * languages share features, which best features are doubtful. Claims nothing beyond the texts that were read.
 */
export function findings(run: PlottedRun): string[] {
  return [...ownFeatures(run), ...sharedFeatures(run), ...doubtfulFeatures(run)];
}

function ownFeatures(run: PlottedRun): string[] {
  if (run.statistics === null)
    return [
      "This run has v-scores only: how much of a feature's mean is its language's own cannot be said.",
    ];
  const best = topFeatures(run, { topK: 1 });
  const strongest = run.meta.languages.map((language) =>
    best
      .filter((top) => top.language === language)
      .reduce((most, top) => (ownShare(top) > ownShare(most) ? top : most)),
  );
  const byShare = strongest.toSorted((a, b) => ownShare(b) - ownShare(a));
  const clear = byShare.filter((top) => ownShare(top) >= 0.9);
  const weakest = byShare.at(-1);
  return [
    clear.length === 0
      ? "No language has a feature of which nine tenths of the mean activation are its own at any layer."
      : `${clear.length} of ${strongest.length} languages have a feature that is nearly theirs alone: nine tenths or more of its mean activation on the language are not found on the others (${listed(clear.map((top) => `${top.language} at layer ${top.layer}, feature ${top.feature}, ${percent(ownShare(top))}`))}).`,
    ...(weakest === undefined || ownShare(weakest) >= 0.9
      ? []
      : [
          `The weakest is ${named(weakest.language)}: of its best feature's mean at layer ${weakest.layer}, ${percent(ownShare(weakest))} are its own; ${named(weakest.runner_up)} comes next with a mean of ${digits(weakest.runner_up_mean)} against ${digits(weakest.mean)}.`,
        ]),
  ];
}

const ownShare = ({ v, mean }: TopFeature): number => (mean > 0 ? v / mean : 0);

function sharedFeatures(run: PlottedRun): string[] {
  const { languages, layers } = run.meta;
  const pairs = new Map<
    string,
    { first: string; second: string; layer: number; jaccard: number }
  >();
  for (const each of overlaps(run, layers, SHARED_K)) {
    if (languages.indexOf(each.first) >= languages.indexOf(each.second)) continue;
    const key = `${each.first} ${each.second}`;
    if (each.jaccard > (pairs.get(key)?.jaccard ?? -1)) pairs.set(key, each);
  }
  const close = [...pairs.values()]
    .filter(({ jaccard }) => jaccard >= SHARED_FROM)
    .sort((a, b) => b.jaccard - a.jaccard);
  if (close.length === 0)
    return [
      `No two languages share a quarter of their top ${SHARED_K} features (Jaccard ${SHARED_FROM}) at any layer.`,
    ];
  return [
    `Languages that share many of their top ${SHARED_K} features: ${listed(close.map(({ first, second, layer, jaccard }) => `${named(first)} and ${named(second)} (Jaccard ${jaccard.toFixed(2)} at layer ${layer})`))}.`,
  ];
}

function doubtfulFeatures(run: PlottedRun): string[] {
  if (run.statistics === null) return [];
  const doubtful = topFeatures(run, { topK: 1 }).filter(({ flags }) => flags.length > 0);
  if (doubtful.length === 0)
    return ["No language's best feature is doubtful: none is shared, a sink, or silent."];
  return [
    `Best features to look at twice: ${listed(doubtful.map(({ layer, language, feature, flags, runner_up }) => `${language} at layer ${layer}, feature ${feature} (${flags.join(", ")}; runner-up ${runner_up})`))}.`,
  ];
}

/** The first few, and how many more there are. */
const listed = (items: readonly string[]): string =>
  items.length <= LISTED
    ? items.join("; ")
    : `${items.slice(0, LISTED).join("; ")}; and ${items.length - LISTED} more`;
