import type { Ranking } from "../reduce/v-score.js";
import type { OpenedRun } from "./model.js";

/** The best v of each language at each layer: [language][layer]. */
export const bestScores = (run: OpenedRun): number[][] =>
  run.meta.languages.map((_, k) =>
    run.meta.layers.map((layer) => {
      const ranking = run.rankings.get(layer) as Ranking;
      return ranking.value[k * ranking.features] as number;
    }),
  );
