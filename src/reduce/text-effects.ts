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

/**
 * d_z = mean d_i / sd d_i over the units that all languages share, d_i = m_iL − mean over L′ ≠ L of m_iL′ with m_iL the feature's mean
 * over the unit's texts of L: the standardised mean difference of paired samples (Cohen 1988, p. 48; Lakens 2013). null where texts
 * are no translations, fewer than two units are shared, or d_i does not vary.
 */
export function pairedEffects(
  columns: FeatureColumns,
  { isParallel, units, unitOf }: TextUnits,
  feature: number,
): (number | null)[] {
  const { languages, languageOf, weight, start, row, sum, divisor } = columns;
  if (!isParallel) return Array(languages).fill(null);
  const [x, weights] = [new Float64Array(units * languages), new Float64Array(units * languages)];
  const cellOf = (r: number) => (unitOf[r] as number) * languages + (languageOf[r] as number);
  for (const [r, w] of weight.entries())
    if (w > 0) weights[cellOf(r)] = (weights[cellOf(r)] as number) + w;
  const end = start[feature + 1] as number;
  for (let at = start[feature] as number; at < end; at++) {
    const r = row[at] as number;
    x[cellOf(r)] = (x[cellOf(r)] as number) + (sum[at] as number) / (divisor[r] as number);
  }
  const shared: Float64Array[] = [];
  for (let unit = 0; unit < units; unit++) {
    const from = unit * languages;
    const own = weights.subarray(from, from + languages);
    if (own.every((w) => w > 0)) shared.push(own.map((w, l) => (x[from + l] as number) / w));
  }
  return Array.from({ length: languages }, (_, language) => {
    const d = shared.map((means) => {
      const total = means.reduce((a, b) => a + b, 0);
      const own = means[language] as number;
      return own - (total - own) / (languages - 1);
    });
    const mean = d.reduce((a, b) => a + b, 0) / d.length;
    const deviation = Math.sqrt(d.reduce((a, b) => a + (b - mean) ** 2, 0) / (d.length - 1));
    return d.length < 2 || deviation <= ROUNDING * Math.max(...d.map(Math.abs))
      ? null
      : mean / deviation;
  });
}
