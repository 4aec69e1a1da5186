import type { ComparedLayer, Obstacle } from "../comparison/comparable-layers.js";
import type { Comparison, RankAgreement } from "../comparison/compare-runs.js";
import type { LanguageBest, LanguagePair } from "../comparison/language-bests.js";
import { digits } from "./digits.js";
import { byMeasure } from "./ranking-text.js";
import { type Column, tableLines } from "./table.js";

const LISTED = 4;

/** How alike two runs are, a line a layer and language, and what the columns mean. */
export function comparisonLines(
  topK: number,
  { layers, agreements, bests }: Comparison,
  measure = "v",
): string[] {
  return [
    ...(agreements.length > 0 ? agreementLines(topK, agreements, measure) : []),
    ...(agreements.length > 0 && bests.length > 0 ? [""] : []),
    ...(bests.length > 0 ? bestLines(topK, layers, bests, measure) : []),
  ];
}

const PLACE_COLUMNS: Column[] = [{ title: "layer", align: "right" }, { title: "language" }];
const numeric = (title: string): Column => ({ title, align: "right" });

function agreementLines(
  topK: number,
  agreements: readonly RankAgreement[],
  measure: string,
): string[] {
  const columns = [
    ...PLACE_COLUMNS,
    ...["Jaccard", "ρ", "best, first", "best, second", "max |Δv|"].map(numeric),
    ...[{ title: "gained" }, { title: "lost" }],
  ];
  const rows = agreements.map((each) => [
    String(each.layer),
    each.language,
    each.jaccard.toFixed(2),
    each.rank_correlation?.toFixed(2) ?? "–",
    `${each.first.feature} (${digits(each.first.v)})`,
    `${each.second.feature} (${digits(each.second.v)})`,
    digits(each.largest_difference),
    someOf(each.gained),
    someOf(each.lost),
  ]);
  return [
    ...tableLines(columns, rows),
    "",
    overallLine(agreements),
    `Jaccard: |A ∩ B| / |A ∪ B| of the ${topK} best features${byMeasure(measure)} of each. ρ: Spearman's, of the ranks of those features in the two runs${measure === "v" ? "" : "; – also where one of them has no rank in both"}.`,
    "gained, lost: features that only the second, only the first has among its best. max |Δv|: over all features.",
  ];
}

/** Hundreds of lines in one. */
function overallLine(agreements: readonly RankAgreement[]): string {
  const count = agreements.length;
  const same = agreements.filter(({ first, second }) => first.feature === second.feature).length;
  const sorted = agreements.toSorted((a, b) => a.jaccard - b.jaccard);
  const least = sorted[0];
  const jaccard = (place: number) => sorted[place]?.jaccard as number;
  const median = (jaccard(Math.floor((count - 1) / 2)) + jaccard(Math.floor(count / 2))) / 2;
  return `All in all: the same best feature in ${same} of ${count}; median Jaccard ${median.toFixed(2)}, the least ${least?.jaccard.toFixed(2)} (layer ${least?.layer}, ${least?.language}).`;
}

const someOf = (features: readonly number[]): string =>
  features.length <= LISTED
    ? features.join(" ")
    : `${features.slice(0, LISTED).join(" ")} and ${features.length - LISTED} more`;

function bestLines(
  topK: number,
  layers: readonly ComparedLayer[],
  bests: readonly LanguagePair[],
  measure: string,
): string[] {
  const ofRun = (title: string) => [`best, ${title}`, "v / mean", "active", "own"].map(numeric);
  const columns = [...PLACE_COLUMNS, ...ofRun("first"), ...ofRun("second")];
  const rows = bests.map(({ layer, language, first, second }) => [
    ...[String(layer), language, ...bestCells(first), ...bestCells(second)],
  ]);
  return [
    ...reasonLines(layers),
    "",
    ...tableLines(columns, rows),
    "",
    `best: the feature with the highest ${measure} (its v). v / mean: how much of that feature's mean is the language's own.`,
    `active: share of the language's tokens on which it fires. own: of its ${topK} best features, those that are in no other language's ${topK} best.`,
  ];
}

const bestCells = (best: LanguageBest | null): string[] =>
  best === null
    ? ["–", "–", "–", "–"]
    : [
        `${best.feature} (${digits(best.v)})`,
        best.share?.toFixed(2) ?? "?",
        best.active_fraction === null ? "?" : `${(100 * best.active_fraction).toFixed(1)} %`,
        String(best.own),
      ];

const REASONS: Record<Obstacle, string> = {
  other_widths: "the dictionaries have other widths",
  other_dictionaries: "the dictionaries differ",
  other_models: "the models differ",
};

/** Why features are not compared one by one, and at which layers. */
function reasonLines(layers: readonly ComparedLayer[]): string[] {
  return [
    ...(Object.keys(REASONS) as Obstacle[]).flatMap((why) => {
      const ofThis = layers.filter((layer) => layer.why === why).map(({ layer }) => layer);
      const places = [...new Set(ofThis)].join(", ");
      return places === ""
        ? []
        : [`Layer ${places}: ${REASONS[why]}, so a number means another feature in each run.`];
    }),
    ...(layers.some(({ run }) => run !== "both")
      ? ["Layers of different models are no pairs: each run has lines of its own."]
      : []),
    "Compared is what each language's best features are like, not which they are.",
  ];
}
