import { existsSync } from "node:fs";
import { join } from "node:path";
import { CONTROL_KINDS, CONTROL_WORDS, type ControlKind } from "../config/controls.js";
import { requestError } from "../errors.js";
import { controlFolder, RUN_FILES } from "./files.js";
import { disagreement } from "./inner-runs.js";
import type { Meta } from "./meta.js";
import { type FinishedRun, openRun, runWord } from "./read.js";

/** The controls that a run has, finished. */
export const controlsOf = ({ folder }: { folder: string }): ControlKind[] =>
  CONTROL_KINDS.filter((kind) => existsSync(join(folder, controlFolder(kind), RUN_FILES.meta)));

/** @throws VscoreError (request) where it is damaged, or not of the run that it lies in */
export function openControl(run: FinishedRun, kind: ControlKind): FinishedRun {
  const folder = join(run.folder, controlFolder(kind));
  const control = openRun(folder);
  const key =
    control.meta.control === kind
      ? disagreement(control.meta, run.meta, ["split", "texts_sha256"])
      : "control";
  if (key === undefined) return control;
  throw requestError(
    `${folder} is not the control ${kind} of the run ${run.name}: ${key} is ${JSON.stringify(control.meta[key])}, in the run ${JSON.stringify(run.meta[key])}. Make it anew: npx vscore controls ${runWord(run)} --kind ${kind} --overwrite`,
  );
}

/** What a run is, where it is a control. */
export function controlWords({ control, seed }: Pick<Meta, "control" | "seed">): string | null {
  if (control === "none") return null;
  return `A control (${control}): ${CONTROL_WORDS[control]}${control === "romanised" ? "" : `, seed ${seed}`}.`;
}

/**
 * What a control ranks are features of changed texts, or of no dictionary at all: what is read, ablated or steered with them would not
 * be what it seems.
 *
 * @throws VscoreError (request) for a control
 */
export function refuseControl({ folder, meta }: Pick<FinishedRun, "folder" | "meta">): void {
  if (meta.control === "none") return;
  const what =
    meta.control === "random-dictionary"
      ? "its features are of random directions, which the model's dictionaries do not have"
      : "it ranks features by changed texts";
  throw requestError(
    `${folder} is a control (${meta.control}): ${what}. Expected the run of which it is one. Name that one.`,
  );
}
