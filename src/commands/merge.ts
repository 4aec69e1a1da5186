import { resolve } from "node:path";
import { requestError } from "../errors.js";
import { findParts } from "../merge/found-parts.js";
import { mergeRun } from "../merge/merge-run.js";
import { partSet, wholeFolder } from "../merge/part-set.js";
import { openRun } from "../runs/read.js";
import { showProgress } from "../views/progress.js";
import { tellMade } from "./made-lines.js";
import type { Output } from "./output.js";

export interface MergeOptions {
  outDir?: string | undefined;
  overwrite: boolean;
  resume: boolean;
  examples: boolean;
  stallTimeout: number;
  json: boolean;
}

/** `vscore merge RUN…`: the run that its parts make. */
export async function merge(
  words: readonly string[],
  { outDir: asked, overwrite, resume, examples, stallTimeout, json }: MergeOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  if (resume && overwrite)
    throw requestError("--resume and --overwrite exclude each other. Give one of them.");
  const parts = partSet(findParts(words));
  const outDir = asked ?? wholeFolder(parts);
  const progress = showProgress({
    isTerminal: output.isTerminal,
    columns: output.columns,
    write: output.raw,
  });
  const request = { parts, outDir, overwrite, resume, examples, stallTimeout, signal };
  const made = await mergeRun({ ...request, onNews: progress.news }).finally(progress.stop);
  if (made === null) output.note(`${outDir} was finished already; nothing was left to do.`);
  const run = openRun(resolve(outDir));
  const meta = made ?? run.meta;
  const place = `Run: ${outDir}, of ${parts.length} parts, which can be deleted now`;
  tellMade({ run, outDir, meta, place, json }, output);
}
