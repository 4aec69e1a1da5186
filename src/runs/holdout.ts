import { join } from "node:path";
import { requestError } from "../errors.js";
import { shellWord } from "../shell-word.js";
import { RUN_FILES } from "./files.js";
import { disagreement } from "./inner-runs.js";
import type { Meta } from "./meta.js";

/** Where a run keeps what the same features do on texts that had no part in ranking them: a run of its own. */
export const holdoutFolder = ({ folder }: { folder: string }): string =>
  join(folder, RUN_FILES.holdoutFolder);

/** @throws VscoreError (request) where a run on held-out texts is not of the run that it lies in */
export function refuseOtherHoldout(
  run: { name: string; folder: string; meta: Meta },
  held: { meta: Meta },
): void {
  const key = disagreement(held.meta, run.meta, ["control"]);
  if (key === undefined && held.meta.split !== run.meta.split) return;
  const what = key ?? "split";
  throw requestError(
    `${holdoutFolder(run)} is not of the run ${run.name}: ${what} is ${JSON.stringify(held.meta[what])}, in the run ${JSON.stringify(run.meta[what])}. Make it anew: npx vscore holdout ${shellWord(run.folder)} --overwrite`,
  );
}
