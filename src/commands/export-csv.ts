import { join, relative } from "node:path";
import { writeWhole } from "../runs/atomic-write.js";
import { topFeaturesCsv } from "../runs/csv.js";
import { RUN_FILES } from "../runs/files.js";
import { openRun } from "../runs/read.js";
import type { Output } from "./output.js";

/** `vscore export csv RUN`: top-k features for the steering repository. `-` is stdout. */
export async function exportCsv(
  runName: string,
  options: { topK: number; output?: string | undefined },
  output: Output,
): Promise<void> {
  const run = openRun(runName);
  const csv = topFeaturesCsv(run, options.topK);
  if (options.output === "-") {
    output.result(csv.slice(0, -1));
    return;
  }
  const name = `v_scores_${run.name}_top${options.topK}.csv`;
  const file = options.output ?? join(relative(".", run.folder), RUN_FILES.exportsFolder, name);
  await writeWhole(file, csv);
  output.result(`Wrote ${file}`);
}
