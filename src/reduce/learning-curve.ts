import type { FeatureColumns } from "./feature-columns.js";
import { jaccard, rankBiasedOverlap } from "./list-agreement.js";
import { meansOfParts } from "./part-means.js";
import { Draws, seedOf } from "./random.js";
import { drawnFrom, type TextUnits } from "./text-units.js";
import { firstRanked, vScores } from "./v-score.js";

/** Parts of a run's units of which two samples each are compared. */
export const CURVE_SHARES = [1 / 16, 1 / 8, 1 / 4, 1 / 2];

/** By language and share, [K, S], row-major; NaN where a sample of it leaves a language without a token. */
export interface LearningCurve {
  /** Of the top features of two samples without a common unit: |A ∩ B| / |A ∪ B|, and rank-biased overlap (p = 0.9). */
  jaccard: Float64Array;
  overlap: Float64Array;
  /** v of the feature that a sample ranks first: on that sample, and on the other. */
  inSample: Float64Array;
  outOfSample: Float64Array;
}

/**
 * How the best features come to be the same ones, and their v the true one, as texts become more: two samples without a common unit are
 * drawn again and again, each ranks by itself.
 *
 * @param topK features of each language that are compared
 */
export function learningCurve(
  columns: FeatureColumns,
  units: TextUnits,
  { topK, draws, seed }: { topK: number; draws: number; seed: number },
): LearningCurve {
  const { languages: K } = columns;
  const S = CURVE_SHARES.length;
  const empty = () => new Float64Array(K * S);
  const curve: LearningCurve = {
    ...{ jaccard: empty(), overlap: empty(), inSample: empty(), outOfSample: empty() },
  };
  const made = new Float64Array(S);
  const samples = CURVE_SHARES.flatMap((share, s) =>
    Array.from({ length: draws }, (_, draw) =>
      twoSamples(units, share, seedOf(seed, "curve", s, draw)),
    ),
  );
  let at = 0;
  for (const means of meansOfParts(columns, samples)) {
    const s = Math.floor(at++ / draws);
    if (means === null) continue;
    made[s] = (made[s] as number) + 1;
    const scores = [vScores(means[0], means[0]), vScores(means[1], means[1])] as const;
    addAgreement(curve, scores, { topK, at: s, S });
  }
  const meanOf = (sums: Float64Array) => sums.map((sum, cell) => sum / (made[cell % S] as number));
  return {
    ...{ jaccard: meanOf(curve.jaccard), overlap: meanOf(curve.overlap) },
    ...{ inSample: meanOf(curve.inSample), outOfSample: meanOf(curve.outOfSample) },
  };
}

function addAgreement(
  curve: LearningCurve,
  scores: readonly [readonly Float64Array[], readonly Float64Array[]],
  { topK, at, S }: { topK: number; at: number; S: number },
): void {
  for (const [k, row] of scores[0].entries()) {
    const cell = k * S + at;
    const a = firstRanked(row, topK);
    const b = firstRanked(scores[1][k] as Float64Array, topK);
    const add = (table: Float64Array, value: number) => {
      table[cell] = (table[cell] as number) + value;
    };
    add(curve.jaccard, jaccard(a, b));
    add(curve.overlap, rankBiasedOverlap(a, b));
    const [first, second] = [a[0] as number, b[0] as number];
    const v = (sample: 0 | 1, feature: number) => scores[sample][k]?.[feature] as number;
    add(curve.inSample, (v(0, first) + v(1, second)) / 2);
    add(curve.outOfSample, (v(1, first) + v(0, second)) / 2);
  }
}

/** By row: 0 and 1 for two samples of a share of the units each, 2 for all others. Of every language's units, where these are apart. */
function twoSamples({ unitOf, sampleEnds }: TextUnits, share: number, seed: number): Uint8Array {
  const draws = new Draws(seed);
  const part = new Uint8Array(sampleEnds.at(-1) ?? 0).fill(2);
  let start = 0;
  for (const end of sampleEnds) {
    const size = Math.floor(share * (end - start));
    for (const [at, unit] of drawnFrom(draws, start, end, 2 * size).entries())
      part[unit] = at < size ? 0 : 1;
    start = end;
  }
  return Uint8Array.from(unitOf, (unit) => (unit < 0 ? 2 : (part[unit] as number)));
}
