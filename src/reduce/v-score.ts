/** One layer's ranking: per language a permutation of the features by falling v. */
export interface Ranking {
  languages: number;
  features: number;
  /** [K, F], row-major. */
  index: Int32Array;
  /** [K, F], row-major: v of `index`, in f32, descending. */
  value: Float32Array;
}

/** The widest dictionary whose feature numbers fit the sort key. */
const MAX_FEATURES = 2 ** 20;

/**
 * v(f, L) = μ(f, L) − mean over L′ ≠ L of μ(f, L′), in f64 (Deng et al. 2025). Σ over L of v(f, L) is 0.
 *
 * @param means K arrays of F means
 * @param into K arrays of F, which may be the means themselves; new ones where it is not given
 * @returns K arrays of F scores
 * @throws RangeError with fewer than two languages
 */
export function vScores(
  means: readonly Float64Array[],
  into: readonly Float64Array[] = means.map(({ length }) => new Float64Array(length)),
): readonly Float64Array[] {
  const languages = means.length;
  if (languages < 2)
    throw new RangeError(`a v-score compares at least 2 languages, found ${languages}`);
  const features = (means[0] as Float64Array).length;
  const total = new Float64Array(features);
  for (const mean of means) {
    if (mean.length !== features)
      throw new RangeError(`means of ${mean.length} and ${features} features cannot be compared`);
    for (let f = 0; f < features; f++) total[f] = (total[f] as number) + (mean[f] as number);
  }
  for (const [k, mean] of means.entries()) {
    const scores = into[k] as Float64Array;
    for (let f = 0; f < features; f++)
      scores[f] = vScore(mean[f] as number, total[f] as number, languages);
  }
  return into;
}

/** v of one feature on one language. @param own μ(f, L) @param total Σ over all languages of μ(f, L′) */
export function vScore(own: number, total: number, languages: number): number {
  const others = (total - own) / (languages - 1);
  // Below what adding K numbers of this size can be off by, a difference is none: equal means must tie.
  const noise = languages * Number.EPSILON * (Math.abs(own) + Math.abs(others));
  return Math.abs(own - others) <= noise ? 0 : own - others;
}

/** Ranks features by v rounded to f32, descending; ties by lower feature number. @throws RangeError on a v that is not finite */
export function rank(scores: readonly Float64Array[]): Ranking {
  const features = scores[0]?.length ?? 0;
  if (features > MAX_FEATURES)
    throw new RangeError(
      `dictionaries of more than ${MAX_FEATURES} features are not supported, found ${features}`,
    );
  const index = new Int32Array(scores.length * features);
  const value = new Float32Array(scores.length * features);
  scores.forEach((row, language) => {
    // + 0 makes one zero of both: −0 would rank below it.
    const rounded = Float32Array.from(row, (v) => Math.fround(v) + 0);
    const broken = rounded.findIndex((v) => !Number.isFinite(v));
    if (broken >= 0) throw new RangeError(`v of feature ${broken} is ${row[broken]}`);
    const bits = new Uint32Array(rounded.buffer);
    // Position in falling order of the value (32 bits), then feature number (20 bits): exact in a double, sorted natively.
    const keys = Float64Array.from(bits, (word, f) => fallingOrder(word) * MAX_FEATURES + f).sort();
    keys.forEach((key, place) => {
      const f = key % MAX_FEATURES;
      index[language * features + place] = f;
      value[language * features + place] = rounded[f] as number;
    });
  });
  return { languages: scores.length, features, index, value };
}

/** Maps the bits of an f32 to a u32 that falls as the number rises. */
const fallingOrder = (bits: number): number => (bits >>> 31 === 1 ? bits : ~bits & 0x7fffffff);

/** The first features of one row of `rank`, in the same order, without sorting all of them. @param count how many, as far as there are */
export function firstRanked(row: Float64Array, count: number): Int32Array {
  const most = Math.min(count, row.length);
  const first = new Int32Array(most);
  const values = new Float32Array(most);
  let found = 0;
  for (let f = 0; f < row.length; f++) {
    const v = Math.fround(row[f] as number);
    if (found === most && v <= (values[most - 1] as number)) continue;
    let at = found < most ? found++ : most - 1;
    // Of equals the lower number, which came before, stays before.
    for (; at > 0 && (values[at - 1] as number) < v; at--) {
      values[at] = values[at - 1] as number;
      first[at] = first[at - 1] as number;
    }
    values[at] = v;
    first[at] = f;
  }
  return first;
}
