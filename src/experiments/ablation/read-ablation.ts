import { existsSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { requestError } from "../../errors.js";
import { EXPERIMENT_RESULT, finishedExperiments } from "../../runs/experiments.js";
import { RUN_FILES } from "../../runs/files.js";
import { shellWord } from "../../shell-word.js";
import { AblationResult } from "./ablation-result.js";

/**
 * A finished ablation of a run: the one that is named, such as ablate-2, or the latest.
 *
 * @throws VscoreError (request) where there is none, or its result is damaged
 */
export function readAblation(
  run: { name: string; folder: string },
  named: string | undefined,
): { name: string; result: AblationResult } {
  const known = finishedExperiments(run.folder, "ablate");
  const folder =
    named === undefined
      ? known[0]
      : known.find((each) => basename(each) === named || resolve(each) === resolve(named));
  if (folder === undefined) {
    const has = known.map((each) => basename(each)).join(", ") || "none";
    throw requestError(
      `${run.name} has no finished ${named === undefined ? "ablation" : named} below ${RUN_FILES.experimentsFolder}; it has ${has}. Expected one. Make one with: npx vscore ablate ${shellWord(run.name)}`,
    );
  }
  const file = join(folder, EXPERIMENT_RESULT);
  let value: unknown;
  try {
    value = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
  } catch {
    value = undefined;
  }
  const parsed = AblationResult.safeParse(value);
  if (parsed.success) return { name: basename(folder), result: parsed.data };
  const [issue] = parsed.error.issues;
  throw requestError(
    `${file} is damaged or of another version (${issue?.path.join(".")}: ${issue?.message}). Expected the result of an ablation. Restore it, or run the ablation anew.`,
  );
}
