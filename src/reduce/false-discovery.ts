/**
 * Benjamini & Hochberg (1995) q-values: the least rate of false discoveries at which each test is one, min over p_(j) ≥ p_(i) of
 * m p_(j) / j.
 *
 * Where p has a floor of 1 / (B + 1), as of B permutations, so has q: m / (B + 1) / the number of discoveries.
 *
 * @param p of all m tests that are looked at together
 * @param times how many tests have each of these p; default: one
 */
export function falseDiscoveryQ(
  p: Float64Array,
  times: ArrayLike<number> = new Uint8Array(p.length).fill(1),
): Float64Array {
  const broken = p.findIndex((each) => !(each >= 0 && each <= 1));
  if (broken >= 0) throw new Error(`found p = ${p[broken]}, expected 0 to 1`);
  let tests = 0;
  for (let at = 0; at < p.length; at++) tests += times[at] as number;
  const falling = Uint32Array.from(p.keys()).sort((a, b) => (p[b] as number) - (p[a] as number));
  const q = new Float64Array(p.length);
  let least = 1;
  let rank = tests;
  for (const at of falling) {
    // Of equals the first one here has the highest rank, and so the least of all their q.
    if (rank > 0) least = Math.min(least, ((p[at] as number) * tests) / rank);
    q[at] = least;
    rank -= times[at] as number;
  }
  return q;
}
