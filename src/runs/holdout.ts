import { existsSync } from "node:fs";
import { join } from "node:path";
import { requestError } from "../errors.js";
import { shellWord } from "../shell-word.js";
import { RUN_FILES } from "./files.js";
import type { Meta } from "./meta.js";
import { type FinishedRun, openRun } from "./read.js";

/** Where a run keeps what the same features do on texts that had no part in ranking them: a run of its own. */
export const holdoutFolder = ({ folder }: Pick<FinishedRun, "folder">): string =>
  join(folder, RUN_FILES.holdoutFolder);

/** In what a run and its held-out texts must agree for one's features to be the other's. */
const SHARED = [
  ...(["model_id", "model_revision", "hook", "special_tokens", "first_token", "pool"] as const),
  ...(["languages", "layers", "dictionaries", "corpus"] as const),
] satisfies (keyof Meta)[];

/** A run on held-out texts beside a run; null where there is none. @throws VscoreError (request) where it is of another run */
export function openHoldout(run: FinishedRun): FinishedRun | null {
  const folder = holdoutFolder(run);
  if (!existsSync(join(folder, RUN_FILES.meta))) return null;
  const held = openRun(folder);
  const key = SHARED.find(
    (each) => JSON.stringify(held.meta[each]) !== JSON.stringify(run.meta[each]),
  );
  if (key === undefined && held.meta.split !== run.meta.split) return held;
  const what = key ?? "split";
  throw requestError(
    `${folder} is not of the run ${run.name}: ${what} is ${JSON.stringify(held.meta[what])}, in the run ${JSON.stringify(run.meta[what])}. Make it anew: npx vscore holdout ${shellWord(run.folder)} --overwrite`,
  );
}
