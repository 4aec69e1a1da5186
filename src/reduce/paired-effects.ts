import type { FeatureColumns } from "./feature-columns.js";
import type { TextUnits } from "./text-units.js";

/** Differences that vary by less than this share of their size vary by rounding alone. */
const ROUNDING = 1e-12;

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
export class PairedEffects {
  /** By row: its place among [shared, K], −1 for a text of another unit. */
  private readonly cellOf: Int32Array;
  /** [shared, K]: m of one feature, then its d. */
  private readonly cells: Float64Array;
  private readonly isTouched: Uint8Array;

  constructor(
    private readonly columns: FeatureColumns,
    { unitOf }: TextUnits,
    private readonly shared: SharedUnits | null,
  ) {
    const { languages, languageOf } = columns;
    this.cellOf = Int32Array.from(unitOf, (unit, row) => {
      const place = unit < 0 ? -1 : (shared?.placeOf[unit] ?? -1);
      return place < 0 ? -1 : place * languages + (languageOf[row] as number);
    });
    this.cells = new Float64Array(shared?.weight.length ?? 0);
    this.isTouched = new Uint8Array(this.cells.length / languages);
  }

  /** d_z of a feature on every language. */
  of(feature: number): Float64Array {
    const { languages } = this.columns;
    const effects = new Float64Array(languages).fill(Number.NaN);
    const n = this.isTouched.length;
    if (this.shared === null || n < 2 || this.read(feature) === 0) return effects;
    const mean = new Float64Array(languages);
    const largest = new Float64Array(languages);
    for (let i = 0; i < n; i++) {
      // Units on which the feature is silent have a d of 0 everywhere.
      if (this.isTouched[i] === 0) continue;
      this.takeDifferences(i * languages, this.shared.weight);
      for (let l = 0; l < languages; l++) {
        const d = this.cells[i * languages + l] as number;
        mean[l] = (mean[l] as number) + d / n;
        largest[l] = Math.max(largest[l] as number, Math.abs(d));
      }
    }
    const squares = this.squaresAround(mean);
    for (let l = 0; l < languages; l++) {
      const deviation = Math.sqrt((squares[l] as number) / (n - 1));
      if (deviation > ROUNDING * (largest[l] as number))
        effects[l] = (mean[l] as number) / deviation;
    }
    return effects;
  }

  /** Adds a feature's entries up. @returns how many of them are of shared units */
  private read(feature: number): number {
    const { languages, start, row, sum, divisor } = this.columns;
    const end = start[feature + 1] as number;
    let entries = 0;
    for (let at = start[feature] as number; at < end; at++) {
      const r = row[at] as number;
      const cell = this.cellOf[r] as number;
      if (cell < 0) continue;
      entries += 1;
      this.isTouched[Math.trunc(cell / languages)] = 1;
      this.cells[cell] =
        (this.cells[cell] as number) + (sum[at] as number) / (divisor[r] as number);
    }
    return entries;
  }

  /** Makes d of a unit's sums. */
  private takeDifferences(from: number, weight: Float64Array): void {
    const { cells } = this;
    const { languages } = this.columns;
    let total = 0;
    for (let cell = from; cell < from + languages; cell++) {
      const m = (cells[cell] as number) / (weight[cell] as number);
      cells[cell] = m;
      total += m;
    }
    for (let cell = from; cell < from + languages; cell++) {
      const own = cells[cell] as number;
      cells[cell] = own - (total - own) / (languages - 1);
    }
  }

  /** Σ (d_i − mean)² by language; empties the cells for the next feature. */
  private squaresAround(mean: Float64Array): Float64Array {
    const { languages } = this.columns;
    const squares = new Float64Array(languages);
    const ofSilent = mean.map((each) => each * each);
    for (let i = 0; i < this.isTouched.length; i++) {
      if (this.isTouched[i] === 0) {
        for (let l = 0; l < languages; l++)
          squares[l] = (squares[l] as number) + (ofSilent[l] as number);
        continue;
      }
      for (let l = 0, cell = i * languages; l < languages; l++, cell++) {
        const away = (this.cells[cell] as number) - (mean[l] as number);
        squares[l] = (squares[l] as number) + away * away;
        this.cells[cell] = 0;
      }
      this.isTouched[i] = 0;
    }
    return squares;
  }
}
