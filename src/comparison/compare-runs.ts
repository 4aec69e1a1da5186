import { requestError } from "../errors.js";
import type { Ranking } from "../reduce/v-score.js";
import type { ForeignRun } from "../runs/foreign.js";
import type { FinishedRun, ScoredRun } from "../runs/read.js";
import { rankedCount } from "../runs/top-features.js";
import { type ComparedLayer, comparableLayers } from "./comparable-layers.js";
import { type LanguagePair, languagePairs } from "./language-bests.js";

/** How alike two runs rank the features of one language at one layer. */
export interface RankAgreement {
  layer: number;
  language: string;
  /** |A ∩ B| / |A ∪ B| of the top-k features, by what the runs are ranked. */
  jaccard: number;
  /** Best feature of each, and its v. */
  first: { feature: number; v: number };
  second: { feature: number; v: number };
  /**
   * Of the features that either has among its best: Spearman's ρ of their ranks in the two; null for fewer than three, and where a
   * measure does not rank one of them in both.
   */
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
 * Compares what two runs, ranked by one measure, have in common, layers and languages in the first one's order.
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
        const rows = [first, second].map((run) =>
          rowOf(run, layer, run.meta.languages.indexOf(language)),
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
  /** Features in the order of their ranks, of which the first `ranked` have one. */
  index: Int32Array;
  ranked: number;
  /** By feature number. */
  v: Float32Array;
}

function rowOf(run: ScoredRun, layer: number, k: number): Row {
  const { features, index } = run.rankings.get(layer) as Ranking;
  const byV = (run.byV ?? run.rankings).get(layer) as Ranking;
  const [from, to] = [k * features, (k + 1) * features];
  const v = new Float32Array(features);
  for (let at = from; at < to; at++) v[byV.index[at] as number] = byV.value[at] as number;
  return { index: index.subarray(from, to), ranked: rankedCount(run, layer, k), v };
}

function agreement(a: Row, b: Row, topK: number): Omit<RankAgreement, "layer" | "language"> {
  const [topA, topB] = [new Set(a.index.subarray(0, topK)), new Set(b.index.subarray(0, topK))];
  const shared = topA.intersection(topB).size;
  const largest = a.v.reduce(
    (most, v, feature) => Math.max(most, Math.abs(v - (b.v[feature] as number))),
    0,
  );
  const [ranksA, ranksB] = [ranksIn(a.index), ranksIn(b.index)];
  const either = [...topA.union(topB)];
  const [inA, inB] = [ranksA, ranksB].map((ranks) =>
    either.map((feature) => ranks[feature] as number),
  ) as [number[], number[]];
  const areRanked = Math.max(...inA) < a.ranked && Math.max(...inB) < b.ranked;
  return {
    rank_correlation: areRanked ? spearman(inA, inB) : null,
    gained: [...topB].filter((feature) => !topA.has(feature)),
    lost: [...topA].filter((feature) => !topB.has(feature)),
    jaccard: shared / (topA.size + topB.size - shared),
    first: firstOf(a),
    second: firstOf(b),
    largest_difference: largest,
  };
}

function firstOf({ index, v }: Row): { feature: number; v: number } {
  const feature = index[0] as number;
  return { feature, v: v[feature] as number };
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
