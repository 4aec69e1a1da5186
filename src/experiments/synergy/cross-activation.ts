import type { Ranking } from "../../reduce/v-score.js";
import type { FinishedRun } from "../../runs/read.js";
import type { LayerStatistics } from "../../runs/score-files.js";

/** How much languages' best features are active on each other's texts, at a layer; rows and columns in the run's order. */
export interface CrossActivation {
  layer: number;
  /** [whose features][on whose texts]: mean over the top-k features of their mean activation there. */
  activation: number[][];
  /** Each row by its own diagonal; null where that is not positive. */
  normalized: (number | null)[][];
}

/**
 * What the original README calls synergy: how much the top features of one language also fire on others. From the run's own means,
 * which are those of the texts that chose the features.
 */
export function crossActivation(run: FinishedRun, layer: number, topK: number): CrossActivation {
  const { features, index } = run.rankings.get(layer) as Ranking;
  const { mean } = run.statistics.get(layer) as LayerStatistics;
  const { languages } = run.meta;
  const count = Math.min(topK, features);
  const activation = languages.map((_, a) =>
    languages.map((_, b) => {
      let sum = 0;
      for (let place = 0; place < count; place++)
        sum += mean[b * features + (index[a * features + place] as number)] as number;
      return sum / count;
    }),
  );
  const normalized = activation.map((row, a) => {
    const own = row[a] as number;
    return row.map((value) => (own > 0 ? value / own : null));
  });
  return { layer, activation, normalized };
}
