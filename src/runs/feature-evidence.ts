import type { Interval } from "../reduce/bootstrap.js";
import type { FinishedRun } from "./read.js";
import type { LayerStatistics } from "./score-files.js";
import type { RankedFeature } from "./top-features.js";

/** How sure the numbers of a feature on a language are; null where something is not known. */
export interface FeatureEvidence {
  /** 95 % interval of v, and of the margin to the runner-up. */
  interval: Interval | null;
  margin_interval: Interval | null;
  /** Family-wise over the run's tests, one-sided, of the hypothesis that languages are exchangeable; and Benjamini-Hochberg's q. */
  p: number | null;
  q: number | null;
  /**
   * v on texts that had no part in ranking: of the feature, on the run's held-out texts; where there are none, of what one half of the
   * texts ranks at this place, on the other half.
   */
  heldout_v: number | null;
  /** Share of halves of the texts that rank it as high: among the best 10, from rank 11 on among the best 100. */
  stability: number | null;
  /** One text of this language against one of another: the chance that its mean activation is higher, ties as half. */
  auroc: number | null;
  /** Mean over sentences of the difference to the other languages' translations, in its standard deviations. */
  dz: number | null;
  /** The languages that the feature is of: the gap between their means and all others' is above 0 for sure. */
  label: string[] | null;
}

/** @param means of the feature, by language */
export function evidenceOf(
  run: FinishedRun,
  ranked: RankedFeature,
  means: Float64Array,
): FeatureEvidence {
  const { layer, language, feature } = ranked;
  const k = run.meta.languages.indexOf(language);
  const own = run.evidence?.layers.get(layer);
  const ofFeature = heldOutOf(run, ranked, k);
  if (own === undefined)
    return {
      ...{ interval: null, margin_interval: null, p: null, q: null, heldout_v: ofFeature },
      ...{ stability: null, auroc: null, dz: null, label: null },
    };
  const all = k * own.features + feature;
  const place = placeByV(run, ranked, k, own.best);
  const at = place === null ? -1 : k * own.best + place;
  return {
    ...{ p: known(own.p[all]), q: known(own.q[all]) },
    ...{ auroc: known(own.auroc[all]), dz: known(own.dz[all]) },
    interval: intervalOfV(run, ranked),
    margin_interval: intervalOf(own.marginLo[at], own.marginHi[at]),
    // Halves tell of places by v, not by another measure.
    heldout_v: ofFeature ?? (run.byV === undefined ? known(own.halvesV[at]) : null),
    stability: run.byV === undefined ? known(own.halvesShare[at]) : null,
    label: labelOf(run.meta.languages, own.label[at], means),
  };
}

/** 95 % interval of v of a place in a ranking; null where it was not gathered. */
export function intervalOfV(run: FinishedRun, ranked: RankedFeature): Interval | null {
  const own = run.evidence?.layers.get(ranked.layer);
  if (own === undefined) return null;
  const k = run.meta.languages.indexOf(ranked.language);
  const place = placeByV(run, ranked, k, own.best);
  const at = place === null ? -1 : k * own.best + place;
  return intervalOf(own.lo[at], own.hi[at]);
}

/** A feature's place by v among the best that there is all evidence of, from 0. */
function placeByV(
  { byV }: FinishedRun,
  { layer, rank, feature }: RankedFeature,
  k: number,
  best: number,
): number | null {
  const ranking = byV?.get(layer);
  const place =
    ranking === undefined
      ? rank - 1
      : ranking.index.subarray(k * ranking.features, k * ranking.features + best).indexOf(feature);
  return place >= 0 && place < best ? place : null;
}

function heldOutOf(
  { heldOut }: FinishedRun,
  { layer, feature }: RankedFeature,
  k: number,
): number | null {
  const held = heldOut?.statistics.get(layer);
  if (held === undefined) return null;
  const means = columnOf(held, held.mean, feature);
  return (means[k] as number) - meanOfOthers(means, k);
}

/** The languages with the highest means, as many as the label has. */
function labelOf(
  languages: readonly string[],
  size: number | undefined,
  means: Float64Array,
): string[] | null {
  const count = known(size);
  if (count === null || count === 0) return null;
  return languages
    .map((code, k) => ({ code, mean: means[k] as number }))
    .sort((a, b) => b.mean - a.mean)
    .slice(0, count)
    .map(({ code }) => code);
}

const known = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value;

function intervalOf(lo: number | undefined, hi: number | undefined): Interval | null {
  const [least, most] = [known(lo), known(hi)];
  return least === null || most === null ? null : { lo: least, hi: most };
}

/** A feature's number on every language. */
export const columnOf = (
  { languages, features }: LayerStatistics,
  table: Float32Array,
  feature: number,
): number[] => Array.from({ length: languages }, (_, k) => table[k * features + feature] as number);

export const meanOfOthers = (values: readonly number[], k: number): number =>
  values.reduce((sum, value, other) => (other === k ? sum : sum + value), 0) / (values.length - 1);
