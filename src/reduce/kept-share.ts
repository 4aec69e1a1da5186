import type { Interval } from "./bootstrap.js";
import { bootstrapT } from "./bootstrap-t.js";
import { type FeatureColumns, featureMeans, languageWeights } from "./feature-columns.js";
import { FeatureResamples, ratioOf } from "./feature-resamples.js";
import type { TextUnits } from "./text-units.js";
import type { UnitResamples } from "./unit-resamples.js";
import { vScore } from "./v-score.js";

/** What is left of a feature's v under a control. */
export interface KeptShare {
  /** v of the feature under the control. */
  v: number;
  /** That v in shares of the run's own; null where this one is not above 0. */
  left: number | null;
  /** 95 %, bootstrap-t, both runs in the same resamples of texts; null where it cannot be told. */
  interval: Interval | null;
}

/** The texts of one layer in a run and under a control, with resamples of either. */
export interface PairedColumns {
  run: FeatureColumns;
  control: FeatureColumns;
  drawn: UnitResamples;
  /** null where the control's units are others, as where a text has lost its last counted token. */
  drawnOfControl: UnitResamples | null;
}

/** Whether two runs have the same units, so that a resample of one is a resample of the other. */
export const areSameUnits = (a: TextUnits, b: TextUnits): boolean =>
  a.isParallel === b.isParallel &&
  JSON.stringify(a.sampleEnds) === JSON.stringify(b.sampleEnds) &&
  a.unitOf.length === b.unitOf.length &&
  a.unitOf.every((unit, row) => unit === b.unitOf[row]);

/** What is left of v(f, L) under a control. */
export function keptShare(
  { run, control, drawn, drawnOfControl }: PairedColumns,
  feature: number,
  language: number,
): KeptShare {
  const [own, v] = [vOf(run, feature, language), vOf(control, feature, language)];
  if (own <= 0) return { v, left: null, interval: null };
  if (drawnOfControl === null) return { v, left: v / own, interval: null };
  const below = new FeatureResamples(run, drawn, feature).v(language);
  const above = new FeatureResamples(control, drawnOfControl, feature).v(language);
  return { v, left: v / own, interval: bootstrapT(ratioOf(above, below, drawn)) };
}

/** v(f, L), in f64. */
export function vOf(columns: FeatureColumns, feature: number, language: number): number {
  const means = featureMeans(columns, feature, languageWeights(columns));
  const total = means.reduce((sum, mean) => sum + mean, 0);
  return vScore(means[language] as number, total, columns.languages);
}
