import { join } from "node:path";
import { type ControlsComparison, compareControls } from "../comparison/controls.js";
import { computeControl, refuseUncontrollable } from "../compute/compute-control.js";
import { CONTROL_KINDS, type ControlKind } from "../config/controls.js";
import { OneEngine } from "../engine/one-engine.js";
import { requestError } from "../errors.js";
import { controlsOf, openControl } from "../runs/controls.js";
import { controlFolder } from "../runs/files.js";
import { type Measure, rankedBy } from "../runs/rank-by.js";
import { type FinishedRun, openRun, runWord } from "../runs/read.js";
import { refuseTopK } from "../runs/refuse-top-k.js";
import { controlsLines } from "../views/controls-table.js";
import { claimLines } from "../views/evidence-text.js";
import { duration, showProgress } from "../views/progress.js";
import { byText } from "../views/ranking-text.js";
import { asJson, type Output } from "./output.js";

export interface ControlsOptions {
  /** Those that are computed first; none: what there is is shown. */
  kinds: readonly ControlKind[];
  overwrite: boolean;
  layer?: number | undefined;
  language?: string | undefined;
  topK: number;
  rankBy?: Measure | undefined;
  stallTimeout: number;
  json: boolean;
}

/** `vscore controls RUN`: a run's best features on changed texts, and beside a random dictionary's. */
export async function controls(
  name: string,
  options: ControlsOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const { kinds, overwrite, layer, language, topK } = options;
  const opened = openRun(name);
  refuseUncontrollable(opened);
  refuseTopK(topK, opened);
  const run = rankedBy(opened, options.rankBy);
  if (overwrite && kinds.length === 0)
    throw requestError(
      `--overwrite without --kind: nothing is to be made anew. Expected a kind. Name it: npx vscore controls ${runWord(run)} --kind ${CONTROL_KINDS[0]} --overwrite`,
    );
  if (kinds.length > 0) await compute(run, options, output, signal);
  const found = controlsOf(run);
  if (found.length === 0)
    throw requestError(
      `The run ${run.name} has no controls yet. Expected at least one of ${CONTROL_KINDS.join(", ")}. Make them: npx vscore controls ${runWord(run)} --kind all`,
    );
  const runs = new Map(found.map((kind) => [kind, openControl(run, kind)]));
  const comparison = compareControls(run, runs, { layer, language, topK });
  if (options.json) {
    const asked = { run: run.folder, top_k: topK, ranked_by: run.measure ?? "v" };
    output.data(asJson({ schema_version: 1, ...asked, ...comparison }));
    return;
  }
  output.result([...headLines(run, comparison), "", ...controlsLines(comparison)].join("\n"));
}

async function compute(
  run: FinishedRun,
  { kinds, overwrite, stallTimeout }: ControlsOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const engine = new OneEngine(stallTimeout);
  try {
    for (const kind of kinds) {
      const progress = showProgress({ ...output, write: output.raw });
      const request = { overwrite, stallTimeout, signal, onNews: progress.news, engine };
      const made = await computeControl(run, kind, request).finally(progress.stop);
      const place = join(run.folder, controlFolder(kind));
      output.note(
        made.meta === null
          ? `${place} was finished already; nothing was left to do.`
          : `${kind}: finished in ${duration(made.meta.duration_s)}, in ${place}.`,
      );
    }
  } finally {
    await engine.close();
  }
}

const headLines = (run: FinishedRun, { controls: found }: ControlsComparison): string[] => [
  `${run.name}: its best features${byText(run)} under the controls ${found.join(", ")}`,
  ...claimLines(run),
];
