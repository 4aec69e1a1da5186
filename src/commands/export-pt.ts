import { resolve } from "node:path";
import { openAnyRun } from "../compute/open-any-run.js";
import { withEngine } from "../engine/with-engine.js";
import { requestError } from "../errors.js";
import { RUN_FILES } from "../runs/files.js";
import { siteOf } from "../runs/site.js";
import { writeOriginalFormat } from "../runs/torch-scores.js";
import type { Output } from "./output.js";
import { noteConversion } from "./show.js";

/**
 * `vscore export pt RUN --output FOLDER`: the run in the original tool's format. The scores are written anew from checked
 * tensors, so that of a file from elsewhere nothing else is handed on.
 */
export async function exportPt(
  runName: string,
  options: { output: string },
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  if (siteOf(options.output, "--output") !== "free") {
    throw requestError(
      `--output ${options.output} is not empty. Choose a folder that is empty or not there yet.`,
    );
  }
  const run = await openAnyRun(runName, signal, (folder) => noteConversion(folder, output));
  await withEngine(signal, (jobs) =>
    writeOriginalFormat(resolve(options.output), run, (source, target, layers) =>
      jobs.writeTorch(source, target, layers),
    ),
  );
  output.result(`Wrote ${RUN_FILES.meta} and ${RUN_FILES.torchScores} into ${options.output}`);
}
