import { languageName } from "../config/languages.js";
import { describeFeature, type FeatureContext } from "../features/describe-feature.js";
import { neuronpediaPage } from "../features/neuronpedia.js";
import type { Examples } from "../runs/examples-file.js";
import { rankedFeatures, type TopFeature, topFeatures } from "../runs/top-features.js";
import { shellWord } from "../shell-word.js";
import type { PlottedRun } from "../views/charts/chart.js";
import { digits } from "../views/digits.js";
import { chanceText, intervalText } from "../views/evidence-text.js";
import { FLAG_WORDS, runnerUpCells } from "../views/feature-table.js";
import { findable } from "./language-finder.js";
import { escapeHtml } from "./page.js";
import { contextHtml, scaleHtml } from "./shaded-html.js";

/** A run's contexts as far as a page may show them, or why it shows none. */
export type ReportContexts =
  | { examples: Examples; isGated: boolean }
  | { examples: null; why: "foreign" | "none kept" | "gated" };

/** The best feature of one language at one layer, with its contexts as HTML, strongest first. */
interface Entry {
  layer: number;
  language: string;
  heading: string;
  /** The language before it, at this layer, that has the same best feature and shows its contexts. */
  sameAs: string | null;
  scale: string;
  contexts: string[];
}

/**
 * The best feature of every language at every layer, with the texts in which it is strongest, folded layer by layer.
 *
 * @param room how many bytes the contexts may take: the strongest of every feature first, then the second of every one, …
 */
export function bestFeaturesHtml(run: PlottedRun, contexts: ReportContexts, room: number): string {
  const entries = entriesOf(run, contexts.examples);
  const shown = shownOf(entries, room);
  const layers = Map.groupBy(entries, ({ layer }) => layer);
  return `<p class="caption">${notes(run, contexts, entries, shown).map(escapeHtml).join(" ")}</p>
${[...layers]
  .map(
    ([layer, own]) =>
      `<details><summary>Layer ${layer}</summary>\n${own.map((entry) => `<div ${findable(entry.language)}>${entryHtml(entry, shown)}</div>`).join("\n")}\n</details>`,
  )
  .join("\n")}`;
}

function entriesOf(run: PlottedRun, examples: Examples | null): Entry[] {
  if (run.statistics === null)
    return rankedFeatures(run, { topK: 1 }).map(({ layer, language, feature, v }) => ({
      ...{ layer, language, sameAs: null, scale: "", contexts: [] },
      heading: `${titleHtml(language, feature, null)}<p class="caption">v ${digits(v)}</p>`,
    }));
  const first = new Map<string, string>();
  return topFeatures(run, { topK: 1 }).map((top) => {
    const { layer, language, feature } = top;
    const key = `${layer}:${feature}`;
    const sameAs = first.get(key) ?? null;
    if (sameAs === null) first.set(key, language);
    const kept = sameAs === null ? describeFeature(run, top, examples).contexts : null;
    const most = Math.max(0, ...(kept ?? []).flatMap((context) => context.activations.map(Number)));
    const page = neuronpediaPage(run.meta, layer, feature);
    return {
      ...{ layer, language, sameAs },
      heading: `${titleHtml(language, feature, page)}<p class="caption">${escapeHtml(numbers(top))}</p>`,
      scale: most > 0 ? scaleHtml(most) : "",
      contexts:
        most > 0 ? (kept ?? []).map((context: FeatureContext) => contextHtml(context, most)) : [],
    };
  });
}

const titleHtml = (language: string, feature: number, page: string | null): string => {
  const title = `${languageName(language)} (${language}): feature ${feature}`;
  const link = page === null ? "" : ` <a href="${escapeHtml(page)}">Neuronpedia</a>`;
  return `<h3>${escapeHtml(title)}${link}</h3>`;
};

function numbers(top: TopFeature): string {
  const [runnerUp, itsMean] = runnerUpCells(top);
  return [
    ...(top.score === undefined ? [] : [`ranked by ${digits(top.score)}`]),
    `v ${digits(top.v)}${top.interval === null ? "" : `, 95 % interval ${intervalText(top.interval)}`}`,
    ...(top.p === null ? [] : [`p ${chanceText(top.p)} (family-wise), q ${chanceText(top.q)}`]),
    ...(top.heldout_v === null ? [] : [`held-out v ${digits(top.heldout_v)}`]),
    `mean ${digits(top.mean)} ± ${top.standard_error === null ? "?" : digits(top.standard_error)} (SE over texts)`,
    `runner-up ${runnerUp} with ${itsMean}, margin ${digits(top.margin)}`,
    `fires on ${(100 * top.active_fraction).toFixed(1)} % of the tokens, on ${(100 * top.active_elsewhere).toFixed(1)} % elsewhere`,
    ...(top.auroc === null ? [] : [`AUROC ${top.auroc.toFixed(3)}`]),
    ...(top.tau === null ? [] : [`τ ${top.tau.toFixed(2)}`]),
    ...FLAG_WORDS.filter(([flag]) => top.flags.includes(flag)).map(
      ([flag, words]) => `${flag}: ${words}`,
    ),
  ].join("; ");
}

/** How many contexts each entry shows, so that all together have room. */
function shownOf(entries: readonly Entry[], room: number): Map<Entry, number> {
  const shown = new Map(entries.map((entry) => [entry, 0]));
  const rounds = Math.max(0, ...entries.map(({ contexts }) => contexts.length));
  let left = room;
  for (let round = 0; round < rounds; round++) {
    const next = entries.filter(({ contexts }) => contexts.length > round);
    const sizes = next.map(({ contexts }) => Buffer.byteLength(contexts[round] as string));
    const needed = sizes.reduce((sum, size) => sum + size, 0);
    // Past the first one, every feature shows as many as the others.
    if (round > 0 && needed > left) break;
    for (const [at, entry] of next.entries()) {
      left -= sizes[at] as number;
      if (left < 0) return shown;
      shown.set(entry, round + 1);
    }
  }
  return shown;
}

function entryHtml(entry: Entry, shown: ReadonlyMap<Entry, number>): string {
  if (entry.sameAs !== null)
    return `${entry.heading}<p>The same feature as that of ${escapeHtml(languageName(entry.sameAs))} (${escapeHtml(entry.sameAs)}), above.</p>`;
  const contexts = entry.contexts.slice(0, shown.get(entry));
  return contexts.length === 0 ? entry.heading : [entry.heading, entry.scale, ...contexts].join("");
}

/** What is shown and what is not, and how the rest is read. */
function notes(
  run: PlottedRun,
  contexts: ReportContexts,
  entries: readonly Entry[],
  shown: ReadonlyMap<Entry, number>,
): string[] {
  const [first] = rankedFeatures(run, { topK: 1 });
  const command = `npx vscore feature ${shellWord(run.name)} ${first?.layer}:${first?.feature}`;
  if (contexts.examples === null) {
    if (contexts.why === "foreign")
      return ["The run is in the format of the original tool, which keeps no texts: v alone."];
    if (contexts.why === "none kept")
      return [
        `The run keeps no texts (it has no examples.json). The contexts of a feature, here the first one, are read with the model by: ${command} --contexts`,
      ];
    return [
      `The texts are of a gated corpus, FLORES+, and this page is made to be passed on: they are left out. To read those of a feature, here of the first one: ${command}. All of them, on a page to keep to oneself: npx vscore report ${shellWord(run.name)} --gated-texts`,
    ];
  }
  const said = contexts.isGated
    ? ["The texts are of a gated corpus, FLORES+: do not pass this page on in the open."]
    : [];
  const kept = entries.filter((entry) => entry.contexts.length > 0);
  const whole = kept.filter((entry) => shown.get(entry) === entry.contexts.length);
  const none = kept.filter((entry) => shown.get(entry) === 0);
  if (run.measure !== undefined)
    said.push(
      `The run keeps the texts of the best features by v: those that are best by ${run.measure} alone have none here.`,
    );
  said.push("Each with the texts, of any language, in which it is strongest, strongest first.");
  if (none.length > 0)
    said.push(
      `To keep the page small, ${none.length} of ${kept.length} features are without their texts, and the others have one.`,
    );
  else if (whole.length < kept.length)
    said.push(
      `To keep the page small, no more than ${Math.max(...shown.values())} of up to ${Math.max(...kept.map((entry) => entry.contexts.length))} kept texts are shown of each.`,
    );
  if (whole.length < kept.length) said.push(`All of one feature: ${command}`);
  return said;
}

export const FOLDED_STYLE = `
summary { cursor: pointer; font-weight: bold; padding: .3rem 0; } h3 { font-size: 1rem; margin: 1.2rem 0 0; } h3 a { font-weight: normal; font-size: .85rem; margin-left: .5rem; }
`;
