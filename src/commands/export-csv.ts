import { isAbsolute, join, relative, sep } from "node:path";
import { openAnyRun } from "../compute/open-any-run.js";
import { realPlace } from "../config/paths.js";
import { requestError } from "../errors.js";
import { writeOver } from "../runs/atomic-write.js";
import { topFeaturesCsv } from "../runs/csv.js";
import { isRunFile, RUN_FILES } from "../runs/files.js";
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
  if (isOfTheRun(file, run.folder)) {
    throw requestError(`--output ${file} is a file of the run itself. Choose another name.`);
  }
  await writeOver(file, csv);
  output.result(`Wrote ${file}`);
}

/** Whether writing there, links followed, would touch what a run consists of; its exports may be written anew. */
function isOfTheRun(file: string, folder: string): boolean {
  const inside = relative(realPlace(folder), realPlace(file));
  if (inside.startsWith("..") || isAbsolute(inside)) return false;
  const [top, ...rest] = inside.split(sep);
  return rest.length === 0 ? isRunFile(inside) : top !== RUN_FILES.exportsFolder;
}
