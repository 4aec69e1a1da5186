import type { FeatureColumns } from "./feature-columns.js";
import type { TextUnits } from "./text-units.js";

/** Differences that vary by less than this share of their size vary by rounding alone. */
const ROUNDING = 1e-12;

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
  const meanOf = (at: number) => (sum[at] as number) / (counted[row[at] as number] as number);
  const order = Array.from({ length: end - from }, (_, at) => from + at).sort(
    (a, b) => meanOf(a) - meanOf(b),
  );
  const all = texts.reduce((total, n) => total + n, 0);
  const [won, below, tied] = [0, 1, 2].map(() => new Float64Array(languages)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let allBelow = 0;
  const close = () => {
    const allTied = tied.reduce((total, n) => total + n, 0);
    for (let l = 0; l < languages; l++) {
      const own = tied[l] as number;
      const others = allBelow - (below[l] as number) + (allTied - own) / 2;
      won[l] = (won[l] as number) + own * others;
      below[l] = (below[l] as number) + own;
    }
    allBelow += allTied;
    tied.fill(0);
  };
  // Texts on which the feature is silent have 0.
  const silent = texts.slice();
  for (let at = from; at < end; at++) {
    const l = languageOf[row[at] as number] as number;
    silent[l] = (silent[l] as number) - 1;
  }
  let isSilentIn = false;
  let last = Number.NaN;
  for (const at of order) {
    const value = meanOf(at);
    if (value !== last) close();
    if (!isSilentIn && value >= 0) {
      tied.set(silent);
      isSilentIn = true;
      if (value > 0) close();
    }
    last = value;
    const l = languageOf[row[at] as number] as number;
    tied[l] = (tied[l] as number) + 1;
  }
  close();
  if (!isSilentIn) {
    tied.set(silent);
    close();
  }
  return won.map((pairs, l) => pairs / ((texts[l] as number) * (all - (texts[l] as number))));
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

/** Units whose texts every language has, and what their cells weigh. */
export interface SharedUnits {
  /** By unit: its place among the shared ones, −1 for any other. */
  placeOf: Int32Array;
  /** [shared, K]. */
  weight: Float64Array;
}

/** null where texts are no translations. */
export function sharedUnits(
  { languages, languageOf, weight }: FeatureColumns,
  { isParallel, units, unitOf }: TextUnits,
): SharedUnits | null {
  if (!isParallel) return null;
  const all = new Float64Array(units * languages);
  for (const [r, w] of weight.entries()) {
    if (w === 0) continue;
    const cell = (unitOf[r] as number) * languages + (languageOf[r] as number);
    all[cell] = (all[cell] as number) + w;
  }
  const isShared = (unit: number) =>
    all.subarray(unit * languages, (unit + 1) * languages).every((w) => w > 0);
  const shared = Array.from({ length: units }, (_, unit) => unit).filter(isShared);
  const placeOf = new Int32Array(units).fill(-1);
  for (const [place, unit] of shared.entries()) placeOf[unit] = place;
  return {
    placeOf,
    weight: Float64Array.from(
      shared.flatMap((unit) => [...all.subarray(unit * languages, (unit + 1) * languages)]),
    ),
  };
}

/**
 * d_z = mean d_i / sd d_i over the units that all languages share, d_i = m_iL − mean over L′ ≠ L of m_iL′ with m_iL the feature's mean
 * over the unit's texts of L: the standardised mean difference of paired samples (Cohen 1988, p. 48; Lakens 2013). NaN where texts
 * are no translations, fewer than two units are shared, or d_i does not vary.
 */
export function pairedEffects(
  { languages, languageOf, start, row, sum, divisor }: FeatureColumns,
  { unitOf }: TextUnits,
  shared: SharedUnits | null,
  feature: number,
): Float64Array {
  const effects = new Float64Array(languages).fill(Number.NaN);
  const n = shared === null ? 0 : shared.weight.length / languages;
  if (shared === null || n < 2) return effects;
  const m = new Float64Array(n * languages);
  const end = start[feature + 1] as number;
  for (let at = start[feature] as number; at < end; at++) {
    const r = row[at] as number;
    const place = shared.placeOf[unitOf[r] as number] as number;
    if (place < 0) continue;
    const cell = place * languages + (languageOf[r] as number);
    m[cell] = (m[cell] as number) + (sum[at] as number) / (divisor[r] as number);
  }
  for (let cell = 0; cell < m.length; cell++)
    m[cell] = (m[cell] as number) / (shared.weight[cell] as number);
  const totals = new Float64Array(n);
  for (let i = 0; i < n; i++)
    for (let l = 0; l < languages; l++)
      totals[i] = (totals[i] as number) + (m[i * languages + l] as number);
  for (let l = 0; l < languages; l++) {
    const difference = (i: number) => {
      const own = m[i * languages + l] as number;
      return own - ((totals[i] as number) - own) / (languages - 1);
    };
    let [mean, largest, squares] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      mean += difference(i) / n;
      largest = Math.max(largest, Math.abs(difference(i)));
    }
    for (let i = 0; i < n; i++) squares += (difference(i) - mean) ** 2;
    const deviation = Math.sqrt(squares / (n - 1));
    if (deviation > ROUNDING * largest) effects[l] = mean / deviation;
  }
  return effects;
}
