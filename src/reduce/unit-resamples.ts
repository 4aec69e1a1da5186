import type { FeatureColumns } from "./feature-columns.js";
import { Draws, seedOf } from "./random.js";
import { expectUnitsOf, type TextUnits } from "./text-units.js";

/**
 * Resamples of units with replacement, drawn once for all numbers. Translations are drawn together: a resample holds the same
 * units in every language. Where the corpus is not parallel, every language's texts are resampled by themselves.
 */
export interface UnitResamples {
  units: TextUnits;
  resamples: number;
  /** [units, resamples]: how often the unit was drawn. */
  counts: Uint16Array;
  /** [K, resamples]: Σ weight of a language's drawn texts. */
  weights: Float64Array;
}

/** Resamples of which intervals are made. */
const RESAMPLES = 1000;

/** The resamples hang on the seed and the ids of units alone; the first ones are the same however many are drawn. */
export function unitResamples(
  columns: FeatureColumns,
  units: TextUnits,
  { seed, resamples = RESAMPLES }: { seed: number; resamples?: number },
): UnitResamples {
  if (!Number.isInteger(resamples) || resamples < 1)
    throw new Error(`found ${resamples} resamples, expected a whole number from 1`);
  expectUnitsOf(units, columns);
  const draws = new Draws(seedOf(seed, "units"));
  const counts = new Uint16Array(units.units * resamples);
  for (let b = 0; b < resamples; b++) {
    let start = 0;
    for (const end of units.sampleEnds) {
      for (let draw = start; draw < end; draw++) {
        const at = (start + draws.below(end - start)) * resamples + b;
        counts[at] = (counts[at] as number) + 1;
      }
      start = end;
    }
  }
  const weights = new Float64Array(columns.languages * resamples);
  for (const [row, weight] of columns.weight.entries()) {
    if (weight === 0) continue;
    const at = (columns.languageOf[row] as number) * resamples;
    const from = (units.unitOf[row] as number) * resamples;
    for (let b = 0; b < resamples; b++)
      weights[at + b] = (weights[at + b] as number) + weight * (counts[from + b] as number);
  }
  return { units, resamples, counts, weights };
}
