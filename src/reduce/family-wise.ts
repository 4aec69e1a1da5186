import { lowerBound } from "./lower-bound.js";

/** Statistics that differ by no more than rounding are equal. */
const TIE = 1e-9;

/** The least t* that counts as reaching t. */
export const leastEqual = (t: number): number => t - TIE * Math.max(1, Math.abs(t));

/** By permutation the largest of the maxima of several tests, as of the layers of a run, made with the same permutations. */
export function largestOf(maxima: readonly Float64Array[]): Float64Array {
  const [first] = maxima;
  if (first === undefined) throw new Error("found no maxima, expected those of at least one test");
  for (const each of maxima)
    if (each.length !== first.length)
      throw new Error(`found maxima of ${each.length} permutations beside ${first.length}`);
  return first.map((_, b) => Math.max(...maxima.map((each) => each[b] as number)));
}

/**
 * Family-wise p: (1 + number of permutations whose maximum reaches t) / (B + 1) (Westfall & Young 1993, single-step max-T).
 *
 * @param maxima over all that is tested together
 */
export function familyWiseP(statistic: Float64Array, maxima: Float64Array): Float64Array {
  const sorted = maxima.toSorted();
  return statistic.map((t) => {
    const below = lowerBound(sorted, leastEqual(t));
    return (1 + sorted.length - below) / (sorted.length + 1);
  });
}
