import type { RankAgreement } from "../comparison/compare-runs.js";
import { digits } from "./feature-table.js";
import { tableLines } from "./table.js";

const LISTED = 4;

/** How alike two runs are, a line a layer and language, and what the columns mean. */
export function comparisonLines(topK: number, agreements: readonly RankAgreement[]): string[] {
  const columns = [
    { title: "layer", align: "right" },
    { title: "language" },
    { title: "Jaccard", align: "right" },
    { title: "ρ", align: "right" },
    { title: "best, first", align: "right" },
    { title: "best, second", align: "right" },
    { title: "max |Δv|", align: "right" },
    { title: "gained" },
    { title: "lost" },
  ] as const;
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
    `Jaccard: |A ∩ B| / |A ∪ B| of the ${topK} best features of each. ρ: Spearman's, of the ranks of those features in the two runs.`,
    "gained, lost: features that only the second, only the first has among its best. max |Δv|: over all features.",
  ];
}

const someOf = (features: readonly number[]): string =>
  features.length <= LISTED
    ? features.join(" ")
    : `${features.slice(0, LISTED).join(" ")} and ${features.length - LISTED} more`;
