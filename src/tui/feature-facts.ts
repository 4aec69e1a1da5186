import type { Ranking } from "../reduce/v-score.js";
import { digits } from "../views/feature-table.js";
import type { OpenedRun } from "./model.js";

/** A feature's place and v in one language. */
export interface Place {
  language: string;
  /** From 1. */
  rank: number;
  v: number;
}

const found = new WeakMap<Ranking, Map<number, { rank: number; v: number }[]>>();

/** A feature's place in every language of a run, in the run's order. */
export function placesOf(run: OpenedRun, layer: number, feature: number): Place[] {
  const ranking = run.rankings.get(layer);
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

/** Mean activation of a feature on every language; null where the run has none. */
export function meansOf(run: OpenedRun, layer: number, feature: number): number[] | null {
  const statistics = run.statistics?.get(layer);
  if (statistics === undefined) return null;
  const { features, mean } = statistics;
  return run.meta.languages.map((_, k) => mean[k * features + feature] as number);
}

/** The best v of each language at each layer: [language][layer]. */
export const bestScores = (run: OpenedRun): number[][] =>
  run.meta.languages.map((_, k) =>
    run.meta.layers.map((layer) => {
      const ranking = run.rankings.get(layer) as Ranking;
      return ranking.value[k * ranking.features] as number;
    }),
  );

/** A number in at most six characters. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e5)) return value.toExponential(0);
  return size >= 1000
    ? value.toFixed(0)
    : size >= 100
      ? value.toFixed(1)
      : size >= 10
        ? value.toFixed(2)
        : digits(value);
}
