/** Files that `export csv` puts into a run's `exports`. */
export const EXPORTED_CSV = /^v_scores_.*_top\d+\.(csv|dictionaries\.json)$/;

/** As the steering repository names such files. @param layers null for all of the run's */
export const csvName = (run: string, topK: number, layers: readonly number[] | null): string =>
  `v_scores_${run}${layers === null ? "" : `_layers${layers.join("-")}`}_top${topK}.csv`;

/** Where the dictionaries stand that a CSV's numbers are features of. */
export const dictionariesBeside = (csv: string): string =>
  `${csv.replace(/\.csv$/i, "")}.dictionaries.json`;
