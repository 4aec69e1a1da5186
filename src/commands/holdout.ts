import { resolve } from "node:path";
import { computeHoldout, otherSplit, type Split } from "../compute/compute-holdout.js";
import { heldOutText } from "../report/caveats.js";
import { refuseInnerRun } from "../runs/inner-runs.js";
import { openRun, openWithoutHoldout, runWord } from "../runs/read.js";
import { duration, showProgress } from "../views/progress.js";
import { asJson, type Output } from "./output.js";

export interface HoldoutOptions {
  split?: Split | undefined;
  overwrite: boolean;
  stallTimeout: number;
  json: boolean;
}

/** `vscore holdout RUN`: what a run's features do on the split that had no part in ranking them. */
export async function holdout(
  name: string,
  options: HoldoutOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const run = options.overwrite ? openWithoutHoldout(name) : openRun(name);
  refuseInnerRun(run.folder);
  const split = options.split ?? otherSplit(run);
  const progress = showProgress({ ...output, write: output.raw });
  const { overwrite, stallTimeout } = options;
  const onNews = progress.news;
  const made = await computeHoldout(run, split, {
    ...{ overwrite, stallTimeout, signal, onNews },
  }).finally(progress.stop);
  const { meta } = openRun(resolve(made.folder));
  if (options.json) return output.data(asJson({ schema_version: 1, run: made.folder, meta }));
  if (made.meta === null)
    output.note(`${made.folder} was finished already; nothing was left to do.`);
  else output.note(`Finished in ${duration(made.meta.duration_s)}.`);
  const counts = Object.values(meta.texts);
  output.result(
    [
      `${run.name}: ranked on ${run.meta.split}, reported on ${split} too: ${Math.min(...counts)} texts a language, in ${made.folder}`,
      heldOutText(openRun(run.folder)),
      `Feature by feature: npx vscore show ${runWord(run)}`,
    ].join("\n"),
  );
}
