import type { FeatureColumns } from "./feature-columns.js";
import type { TextUnits } from "./text-units.js";

/** Differences that vary by less than this share of their size vary by rounding alone. */
const ROUNDING = 1e-12;

/**
 * AUROC of telling a language's texts from all others' by the feature's mean over a text's counted tokens: the share of pairs in
 * which the language's text has more, ties counting half (Mann & Whitney 1947; Hanley & McNeil 1982).
 */
export function auroc(columns: FeatureColumns, feature: number, language: number): number {
  const { start, row, sum, counted, languageOf } = columns;
  /** By value: how many texts of the language have it, and how many of the others. */
  const values = new Map<number, [own: number, other: number]>([[0, [0, 0]]]);
  const add = (value: number, r: number, times: number) => {
    const counts = values.get(value) ?? [0, 0];
    counts[languageOf[r] === language ? 0 : 1] += times;
    values.set(value, counts);
  };
  for (const [r, n] of counted.entries()) if (n > 0) add(0, r, 1);
  const end = start[feature + 1] as number;
  for (let at = start[feature] as number; at < end; at++) {
    const r = row[at] as number;
    add(0, r, -1);
    add((sum[at] as number) / (counted[r] as number), r, 1);
  }
  let [own, others, won] = [0, 0, 0];
  for (const [, [mine, theirs]] of [...values].sort(([a], [b]) => a - b)) {
    won += mine * (others + theirs / 2);
    own += mine;
    others += theirs;
  }
  if (own === 0 || others === 0)
    throw new Error(
      `found ${own} texts of language ${language} and ${others} of others, expected some of both`,
    );
  return won / (own * others);
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
