/** Files that `export csv` puts into a run's `exports`. */
export const EXPORTED_CSV = /^v_scores_.*_top\d+(_by-[a-z]+)?(_full)?\.(csv|dictionaries\.json)$/;

/** The companions' seven columns, or these and all that is known of how sure a row is. */
export const CSV_FORMATS = ["companion", "full"] as const;
export type CsvFormat = (typeof CSV_FORMATS)[number];

/** As the steering repository names such files. @param layers null for all of the run's */
export const csvName = (
  run: string,
  topK: number,
  layers: readonly number[] | null,
  format: CsvFormat = "companion",
  measure = "v",
): string =>
  `v_scores_${run}${layers === null ? "" : `_layers${layers.join("-")}`}_top${topK}${measure === "v" ? "" : `_by-${measure}`}${format === "full" ? "_full" : ""}.csv`;

/** Where the dictionaries stand that a CSV's numbers are features of. */
export const dictionariesBeside = (csv: string): string =>
  `${csv.replace(/\.csv$/i, "")}.dictionaries.json`;
