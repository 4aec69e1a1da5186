import type { Ranking } from "../reduce/v-score.js";
import type { ScoredRun } from "../runs/read.js";
import type { LayerStatistics } from "../runs/score-files.js";

/** A feature's v in one language, and its place by v, whatever else the run is ranked by. */
export interface Place {
  language: string;
  /** From 1. */
  rank: number;
  v: number;
}

const found = new WeakMap<Ranking, Map<number, { rank: number; v: number }[]>>();

/** A feature's place in every language of a run, in the run's order; nothing where the run has no such layer. */
export function placesOf(run: ScoredRun, layer: number, feature: number): Place[] {
  const ranking = (run.byV ?? run.rankings).get(layer);
  if (ranking === undefined) return [];
  const known = found.get(ranking) ?? new Map<number, { rank: number; v: number }[]>();
  found.set(ranking, known);
  const places =
    known.get(feature) ??
    run.meta.languages.map((_, k) => {
      const { features, index, value } = ranking;
      const at = index.subarray(k * features, (k + 1) * features).indexOf(feature);
      return { rank: at + 1, v: value[k * features + at] as number };
    });
  known.set(feature, places);
  return places.map((place, k) => ({ language: run.meta.languages[k] as string, ...place }));
}

/** Mean activation of a feature on every language, in the run's order; null where the run has none. */
export function meansOf(
  run: ScoredRun & { statistics: ReadonlyMap<number, LayerStatistics> | null },
  layer: number,
  feature: number,
): number[] | null {
  const statistics = run.statistics?.get(layer);
  if (statistics === undefined) return null;
  const { features, mean } = statistics;
  return run.meta.languages.map((_, k) => mean[k * features + feature] as number);
}
