import { basename, dirname } from "node:path";
import { requestError } from "../errors.js";
import { RUN_FILES } from "./files.js";
import type { Meta } from "./meta.js";
import { isFinishedRun } from "./site.js";

/** In what a run and one that it keeps must agree for one's features to be the other's. */
const SHARED = [
  ...(["model_id", "model_revision", "hook", "special_tokens", "first_token", "pool"] as const),
  ...(["languages", "layers", "dictionaries", "corpus", "corpus_revision", "dtype"] as const),
] satisfies (keyof Meta)[];

/** The first thing in which two runs do not agree; undefined where they do in all. */
export const disagreement = (
  a: Meta,
  b: Meta,
  further: readonly (keyof Meta)[] = [],
): keyof Meta | undefined =>
  [...SHARED, ...further].find((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key]));

/** @throws VscoreError (request) for a run that another one keeps: of held-out texts, or a control */
export function refuseInnerRun(folder: string): void {
  const above = dirname(folder);
  const [outer, what] =
    basename(folder) === RUN_FILES.holdoutFolder
      ? [above, "of held-out texts"]
      : basename(above) === RUN_FILES.controlsFolder
        ? [dirname(above), "a control"]
        : [null, ""];
  if (outer !== null && isFinishedRun(outer))
    throw requestError(
      `${folder} is itself ${what}. Expected the run that it lies in: ${outer}. Name that one.`,
    );
}
