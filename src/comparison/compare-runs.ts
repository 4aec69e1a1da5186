import { requestError } from "../errors.js";
import type { Ranking } from "../reduce/v-score.js";
import type { ForeignRun } from "../runs/foreign.js";
import type { FinishedRun, ScoredRun } from "../runs/read.js";
import { type ComparedLayer, comparableLayers } from "./comparable-layers.js";
import { type LanguagePair, languagePairs } from "./language-bests.js";

/** How alike two runs rank the features of one language at one layer. */
export interface RankAgreement {
  layer: number;
  language: string;
  /** |A ∩ B| / |A ∪ B| of the top-k features. */
  jaccard: number;
  /** Best feature of each, and its v. */
  first: { feature: number; v: number };
  second: { feature: number; v: number };
  /** Of the features that either has among its best: Spearman's ρ of their ranks in the two; null for fewer than three. */
  rank_correlation: number | null;
  /** Features of the second's top k that are not in the first's, by rank there; and the other way round. */
  gained: number[];
  lost: number[];
  /** Largest |v₁ − v₂| over all features. */
  largest_difference: number;
}

/** Two runs side by side: by features where these are the same, by what their languages are like where they are not. */
export interface Comparison {
  layers: ComparedLayer[];
  agreements: RankAgreement[];
  bests: LanguagePair[];
}

/**
 * Compares what two runs have in common, layers and languages in the first one's order.
 *
 * @throws VscoreError (request) where they have no language in common, or one model and no layer of it
 */
export function compareRuns(
  first: FinishedRun | ForeignRun,
  second: FinishedRun | ForeignRun,
  topK: number,
): Comparison {
  const layers = comparableLayers(first, second);
  const languages = first.meta.languages.filter((code) => second.meta.languages.includes(code));
  if (languages.length === 0) throw nothingInCommon("language", first, second);
  if (layers.length === 0) throw nothingInCommon("layer", first, second);
  const agreements = layers
    .filter(({ comparable }) => comparable === "features")
    .flatMap(({ layer }) =>
      languages.map((language) => {
        const rows = [first, second].map(({ rankings, meta }) =>
          rowOf(rankings.get(layer) as Ranking, meta.languages.indexOf(language)),
        );
        return { layer, language, ...agreement(...(rows as [Row, Row]), topK) };
      }),
    );
  const others = layers.filter(({ comparable }) => comparable === "languages");
  return { layers, agreements, bests: languagePairs([first, second], others, languages, topK) };
}

function nothingInCommon(what: "layer" | "language", ...runs: [ScoredRun, ScoredRun]) {
  const [a, b] = runs.map(({ meta }) => meta[`${what}s`].join(", "));
  return requestError(
    `${runs[0].name} and ${runs[1].name} have no ${what} in common: the first has ${a}, the second ${b}. Expected at least one that both have. Choose another pair.`,
  );
}

interface Row {
  index: Int32Array;
  value: Float32Array;
}

const rowOf = ({ features, index, value }: Ranking, k: number): Row => ({
  index: index.subarray(k * features, (k + 1) * features),
  value: value.subarray(k * features, (k + 1) * features),
});

function agreement(a: Row, b: Row, topK: number): Omit<RankAgreement, "layer" | "language"> {
  const [topA, topB] = [new Set(a.index.subarray(0, topK)), new Set(b.index.subarray(0, topK))];
  const shared = topA.intersection(topB).size;
  const ofB = new Float32Array(b.index.length);
  for (const [place, feature] of b.index.entries()) ofB[feature] = b.value[place] as number;
  let largest = 0;
  for (const [place, feature] of a.index.entries())
    largest = Math.max(largest, Math.abs((a.value[place] as number) - (ofB[feature] as number)));
  const [ranksA, ranksB] = [ranksIn(a.index), ranksIn(b.index)];
  const either = [...topA.union(topB)];
  return {
    rank_correlation: spearman(
      either.map((feature) => ranksA[feature] as number),
      either.map((feature) => ranksB[feature] as number),
    ),
    gained: [...topB].filter((feature) => !topA.has(feature)),
    lost: [...topA].filter((feature) => !topB.has(feature)),
    jaccard: shared / (topA.size + topB.size - shared),
    first: { feature: a.index[0] as number, v: a.value[0] as number },
    second: { feature: b.index[0] as number, v: b.value[0] as number },
    largest_difference: largest,
  };
}

/** Rank by feature number. */
function ranksIn(index: Int32Array): Int32Array {
  const ranks = new Int32Array(index.length);
  for (const [place, feature] of index.entries()) ranks[feature] = place;
  return ranks;
}

/** Spearman's ρ = 1 − 6 Σ d² / (n (n² − 1)) of values without ties, which are ranked among themselves first. */
export function spearman(a: readonly number[], b: readonly number[]): number | null {
  const n = a.length;
  if (n < 3) return null;
  const order = (values: readonly number[]) =>
    ranksIn(
      Int32Array.from(values.keys()).sort((i, j) => (values[i] as number) - (values[j] as number)),
    );
  const [first, second] = [order(a), order(b)];
  const squares = first.reduce((sum, rank, at) => sum + (rank - (second[at] as number)) ** 2, 0);
  return 1 - (6 * squares) / (n * (n * n - 1));
}
