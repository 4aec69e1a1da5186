import { join, relative } from "node:path";
import { openAnyRun } from "../compute/open-any-run.js";
import { writeOver } from "../runs/atomic-write.js";
import { topFeaturesCsv } from "../runs/csv.js";
import { RUN_FILES } from "../runs/files.js";
import { refuseRunFile } from "../runs/refuse-run-file.js";
import type { Output } from "./output.js";
import { noteConversion } from "./show.js";

/** `vscore export csv RUN`: top-k features for the steering repository. `-` is stdout. */
export async function exportCsv(
  runName: string,
  options: { topK: number; output?: string | undefined },
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const run = await openAnyRun(runName, signal, (folder) => noteConversion(folder, output));
  const csv = topFeaturesCsv(run, options.topK);
  if (options.output === "-") {
    output.data(csv);
    return;
  }
  const name = `v_scores_${run.name}_top${options.topK}.csv`;
  const file = options.output ?? join(relative(".", run.folder), RUN_FILES.exportsFolder, name);
  refuseRunFile(file, run.folder);
  await writeOver(file, csv);
  output.result(`Wrote ${file}`);
}
