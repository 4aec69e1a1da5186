import type { FeatureColumns } from "./feature-columns.js";

/**
 * AUROC of telling a language's texts from all others' by the feature's mean over a text's counted tokens, for every language: the
 * share of pairs in which the language's text has more, ties counting half (Mann & Whitney 1947; Hanley & McNeil 1982).
 *
 * @param texts of `countedTexts`
 */
export function aurocs(
  { languages, start, row, sum, counted, languageOf }: FeatureColumns,
  feature: number,
  texts: Float64Array,
): Float64Array {
  const [from, end] = [start[feature] as number, start[feature + 1] as number];
  const values = new Float64Array(end - from);
  const own = new Uint32Array(languages + 1);
  for (let at = from; at < end; at++) {
    const r = row[at] as number;
    values[at - from] = (sum[at] as number) / (counted[r] as number);
    own[(languageOf[r] as number) + 1] = at + 1 - from;
  }
  const sorted = values.toSorted();
  const all = texts.reduce((total, n) => total + n, 0);
  // Texts on which the feature is silent have 0.
  const silent = all - sorted.length;
  const below = sorted.findIndex((value) => value >= 0);
  const negative = below < 0 ? sorted.length : below;
  let zeros = 0;
  while (sorted[negative + zeros] === 0) zeros += 1;
  const rankOfZero = negative + (silent + zeros + 1) / 2;
  return texts.map((n, l) => {
    const first = l === 0 ? 0 : (own[l] as number);
    // A language without an entry ends where the one before does.
    const last = Math.max(first, own[l + 1] as number);
    own[l + 1] = last;
    // The mean rank of equals among all texts; multiples of a half, which add up without rounding.
    const ranks =
      rankSum(values.subarray(first, last).sort(), sorted, silent) +
      (n - (last - first)) * rankOfZero;
    return (ranks - (n * (n + 1)) / 2) / (n * (all - n));
  });
}

/** Σ over some of the sorted values of their ranks among all of them and `silent` zeros, equals sharing the mean of theirs. */
function rankSum(own: Float64Array, all: Float64Array, silent: number): number {
  let ranks = 0;
  let [at, end, rank] = [0, 0, 0];
  let last = Number.NaN;
  for (let i = 0; i < own.length; i++) {
    const value = own[i] as number;
    if (value !== last) {
      at = end;
      while ((all[at] as number) < value) at += 1;
      end = at + 1;
      while (all[end] === value) end += 1;
      const [before, tied] = [value > 0 ? silent : 0, value === 0 ? silent : 0];
      rank = before + at + (end - at + tied + 1) / 2;
      last = value;
    }
    ranks += rank;
  }
  return ranks;
}

/** Texts of each language that have a counted token. @throws Error for a language without any */
export function countedTexts({ languages, counted, languageOf }: FeatureColumns): Float64Array {
  const texts = new Float64Array(languages);
  for (const [r, n] of counted.entries())
    if (n > 0) texts[languageOf[r] as number] = (texts[languageOf[r] as number] as number) + 1;
  const none = texts.indexOf(0);
  if (none >= 0) throw new Error(`found 0 texts of language ${none}, expected some of all`);
  return texts;
}
