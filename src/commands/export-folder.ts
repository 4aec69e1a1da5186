import { join, relative, resolve } from "node:path";
import { openAnyRun } from "../compute/open-any-run.js";
import { withEngine } from "../engine/with-engine.js";
import { requestError } from "../errors.js";
import { writePaperIndex } from "../exchange/paper-index.js";
import { inPaperOrder } from "../exchange/paper-order.js";
import { writeSaeFeatures } from "../exchange/sae-features.js";
import { refuseControl } from "../runs/controls.js";
import { PAPER_INDEX, SAE_FEATURES } from "../runs/exported-folders.js";
import { RUN_FILES } from "../runs/files.js";
import { refuseRunFile } from "../runs/refuse-run-file.js";
import { siteOf } from "../runs/site.js";
import type { Output } from "./output.js";
import { noteConversion } from "./show.js";

const FORMATS = {
  "sae-features": { kind: SAE_FEATURES, write: writeSaeFeatures },
  "paper-index": { kind: PAPER_INDEX, write: writePaperIndex },
};

/** Exports that are a folder, for scripts that take the paper's ten languages for granted. */
export type FolderFormat = keyof typeof FORMATS;

/** `vscore export sae-features RUN` and `export paper-index RUN`: replaced in the run's `exports`, never in a named folder. */
export async function exportFolder(
  format: FolderFormat,
  runName: string,
  options: { output?: string | undefined },
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const { kind, write } = FORMATS[format];
  const named = options.output;
  if (named !== undefined && siteOf(named, "--output") !== "free") {
    throw requestError(
      `--output ${named} is not empty. Choose a folder that is empty or not there yet.`,
    );
  }
  const run = await openAnyRun(runName, signal, (folder) => noteConversion(folder, output));
  if (run.statistics !== null) refuseControl(run);
  const rankings = inPaperOrder(run);
  const folder = named ?? join(relative(".", run.folder), RUN_FILES.exportsFolder, kind.name);
  refuseRunFile(folder, run.folder);
  await withEngine(signal, (jobs) =>
    write(resolve(folder), rankings, (source, target, tensor) =>
      jobs.writeTensor(source, target, tensor),
    ),
  );
  const layers = [...rankings.keys()];
  output.result(
    `Wrote ${folder}: ${layers.length === 1 ? "layer" : "layers"} ${layers.join(", ")}`,
  );
}
