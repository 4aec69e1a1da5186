import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";
import { openAnyRun } from "../compute/open-any-run.js";
import { realPlace } from "../config/paths.js";
import { requestError } from "../errors.js";
import { writeOver } from "../runs/atomic-write.js";
import { topFeaturesCsv } from "../runs/csv.js";
import { isRunFile, RUN_FILES } from "../runs/files.js";
import { LOCK } from "../runs/lock.js";
import { isFinishedRun, isUnfinishedRun } from "../runs/site.js";
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

/** Writing there, links followed, must not touch what a run consists of: this one's or another's. Exports may be written anew. */
function refuseRunFile(file: string, folder: string): void {
  const place = realPlace(file);
  const inside = relative(realPlace(folder), place);
  const isInside = !inside.startsWith("..") && !isAbsolute(inside);
  const [top, ...rest] = inside.split(sep);
  const isOwn = rest.length === 0 ? isRunFile(inside) : top !== RUN_FILES.exportsFolder;
  if (isInside && isOwn)
    throw requestError(`--output ${file} is a file of the run itself. Choose another name.`);
  const [name, parent] = [basename(place), dirname(place)];
  const ofSums = basename(parent) === RUN_FILES.sumsFolder && isRun(dirname(parent));
  if (ofSums || ((isRunFile(name) || name === LOCK) && isRun(parent)))
    throw requestError(`--output ${file} is a file of the run in ${parent}. Choose another name.`);
}

const isRun = (folder: string): boolean => isFinishedRun(folder) || isUnfinishedRun(folder);
