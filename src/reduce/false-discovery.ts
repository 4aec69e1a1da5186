import { lowerBound } from "./lower-bound.js";

/**
 * Benjamini & Hochberg (1995) q-values: the least rate of false discoveries at which each test is one, min over p_(j) ≥ p_(i) of
 * m p_(j) / j.
 *
 * Where p has a floor of 1 / (B + 1), as of B permutations, so has q: m / (B + 1) / the number of discoveries.
 *
 * @param p of all m tests that are looked at together
 */
export function falseDiscoveryQ(p: Float64Array): Float64Array {
  const broken = p.findIndex((each) => !(each >= 0 && each <= 1));
  if (broken >= 0) throw new Error(`found p = ${p[broken]}, expected 0 to 1`);
  const sorted = p.toSorted();
  const q = new Float64Array(p.length);
  let least = 1;
  for (let rank = sorted.length; rank > 0; rank--) {
    least = Math.min(least, ((sorted[rank - 1] as number) * p.length) / rank);
    q[rank - 1] = least;
  }
  // Of equals the last one has the least q of all that are as large.
  return p.map((each) => q[lowerBound(sorted, each)] as number);
}
