/** |A ∩ B| / |A ∪ B| of two lists of features. @throws Error on an empty list or a feature that is twice in one */
export function jaccard(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [first, second] = [setOf(a), setOf(b)];
  const shared = first.intersection(second).size;
  return shared / (first.size + second.size - shared);
}

/**
 * Rank-biased overlap of two rankings of which only the tops are known, extrapolated (Webber, Moffat & Zobel 2010, A similarity measure
 * for indefinite rankings, eq. 32): agreement X_d / d at depth d, weighed by p^(d−1), as if it went on below the lists as they end.
 * 1 for equal lists, 0 for lists without a common feature; at p = 0.9 the first ten ranks have 86 % of the weight.
 */
export function rankBiasedOverlap(a: ArrayLike<number>, b: ArrayLike<number>, p = 0.9): number {
  if (!(p > 0 && p < 1)) throw new Error(`found p = ${p}, expected it between 0 and 1`);
  setOf(a);
  setOf(b);
  const [shorter, longer] = a.length <= b.length ? [a, b] : [b, a];
  const [s, l] = [shorter.length, longer.length];
  const [seenShort, seenLong] = [new Set<number>(), new Set<number>()];
  let [overlap, overlapOfShorter, sum, power] = [0, 0, 0, 1];
  for (let d = 1; d <= l; d++) {
    const fromLong = longer[d - 1] as number;
    seenLong.add(fromLong);
    if (seenShort.has(fromLong)) overlap += 1;
    if (d <= s) {
      const fromShort = shorter[d - 1] as number;
      seenShort.add(fromShort);
      if (seenLong.has(fromShort)) overlap += 1;
      overlapOfShorter = overlap;
    }
    power *= p;
    const below = d <= s ? 0 : (overlapOfShorter * (d - s)) / s;
    sum += ((overlap + below) / d) * power;
  }
  return ((1 - p) / p) * sum + ((overlap - overlapOfShorter) / l + overlapOfShorter / s) * power;
}

function setOf(list: ArrayLike<number>): Set<number> {
  const set = new Set(Array.from(list));
  if (set.size === 0) throw new Error("found an empty list, expected at least one feature");
  if (set.size !== list.length)
    throw new Error(
      `found ${list.length} features of which ${set.size} differ, expected each once`,
    );
  return set;
}
