import { dirname, join, relative, resolve } from "node:path";
import { rescoreRun } from "../compute/rescore-run.js";
import { spellOutSets } from "../config/languages.js";
import { textHash } from "../plan.js";
import { openRun } from "../runs/read.js";
import { tellMade } from "./made-lines.js";
import type { Output } from "./output.js";

export interface RescoreOptions {
  languages: string[];
  outDir?: string | undefined;
  overwrite: boolean;
  json: boolean;
}

/** `vscore rescore RUN --languages …`: a new run over some of a run's languages, without a model. */
export async function rescore(
  name: string,
  options: RescoreOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const run = openRun(name);
  const { overwrite } = options;
  const languages = spellOutSets(options.languages) as string[];
  const outDir =
    options.outDir ?? relative(".", join(dirname(run.folder), `${run.name}-${labelOf(languages)}`));
  const meta = await rescoreRun({ run, languages, outDir, overwrite, signal });
  const made = openRun(resolve(outDir));
  tellMade({ run: made, outDir, meta, place: `Run: ${outDir}`, json: options.json }, output);
}

/** So that each pair of languages gets a folder of its own: eng-fra; of many, how many they are and a hash. */
function labelOf(languages: readonly string[]): string {
  const codes = languages.map((code) => code.replace(/[^\w]/g, "")).join("-");
  const isShort = codes.length <= 48;
  return `rescored-${isShort ? codes : `${languages.length}-${textHash(codes).slice(0, 6)}`}`;
}
