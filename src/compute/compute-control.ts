import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ControlKind } from "../config/controls.js";
import { requestError } from "../errors.js";
import { shortHash, textsFingerprint } from "../plan.js";
import { controlFolder, sumsFile } from "../runs/files.js";
import { refuseInnerRun } from "../runs/inner-runs.js";
import type { FinishedRun } from "../runs/read.js";
import { type ComputedRun, type ComputeRequest, computeRun } from "./compute-run.js";
import type { TextsByLanguage } from "./control-texts.js";
import { innerConfig } from "./inner-config.js";

/**
 * A run under a control: the same texts, through the same commits of model and dictionaries, one of them changed. A run in the run's
 * folder.
 *
 * @throws VscoreError; what was finished of it stays
 */
export async function computeControl(
  run: FinishedRun,
  kind: ControlKind,
  request: Pick<ComputeRequest, "overwrite" | "signal" | "onNews" | "stallTimeout" | "engine">,
): Promise<ComputedRun> {
  refuseUncontrollable(run);
  const changes = { control: kind, out_dir: join(run.folder, controlFolder(kind)) };
  const { config } = innerConfig(run, changes, "A control must read the run's own texts.");
  return computeRun({
    ...{ ...request, config, splitGiven: config.split !== null, resume: !request.overwrite },
    // Model and dictionaries are the run's own: it was looked at there whether they fit.
    selfCheck: false,
    checkTexts: (languages) => refuseOtherTexts(run, languages),
  });
}

/** @throws VscoreError (request) for a run that is kept by another, is a control, or lacks the sums to be compared by */
export function refuseUncontrollable(run: FinishedRun): void {
  refuseInnerRun(run.folder);
  const { meta, name, folder } = run;
  if (meta.control !== "none")
    throw requestError(
      `The run ${name} is itself a control (${meta.control}). Expected a run without one. Compute it without --control, and name that one.`,
    );
  const lacking = meta.languages.filter((code) => !existsSync(join(folder, sumsFile(code))));
  if (lacking.length > 0)
    throw requestError(
      `The run ${name} has no per-text sums of ${lacking.join(", ")} (${sumsFile(lacking[0] as string)}), by which it is compared with its controls. Expected them of every language: a gated corpus' are kept out of git. Copy them here, or compute the run anew.`,
    );
}

/** Texts may be chosen otherwise than they were: joined over the languages of another run, for one that was rescored. */
function refuseOtherTexts(run: FinishedRun, languages: TextsByLanguage): void {
  for (const [language, texts] of languages) {
    const found = texts.map(({ id, text }) => ({ id, sha256: shortHash(text) }));
    if (textsFingerprint(found) === run.meta.texts_sha256[language]) continue;
    const from = run.meta.rescored_from;
    throw requestError(
      `The texts of ${language} that ${run.meta.corpus} gives for this request are others than those of the run ${run.name}${from === null ? "" : `, which were chosen for ${from}`}. A control must read the run's own texts. ${from === null ? "Restore the corpus, or compute the run anew." : `Name ${from}, or compute a run over these languages alone.`}`,
    );
  }
}
