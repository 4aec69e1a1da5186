import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { z } from "zod";
import { Loaded } from "../engine/loaded.js";
import { requestError } from "../errors.js";
import { folderOfWhole, Part, partWords } from "../parts.js";
import { runArgument, shellWord } from "../shell-word.js";
import { RUN_FILES } from "./files.js";
import { Precision } from "./precision.js";
import { Provenance } from "./sums-file.js";

const perLanguage = z.record(z.string(), z.number());

/** What a finished part tells of itself, and its run's `meta.json` of all of them. */
export const PartFacts = z.strictObject({
  vscore_version: z.string(),
  loaded: Loaded,
  /** Of each language of the run, also of those of which it has no text: what decides the bytes of its sums. */
  provenance: z.record(z.string(), Provenance),
  corpus_revision: z.string().nullable(),
  shares_ids: z.boolean(),
  texts_truncated: perLanguage,
  letters_changed: perLanguage.nullable(),
  words_moved: perLanguage.nullable(),
  precision: Precision.nullable().default(null),
  /** Languages of which it has texts, and how many texts and tokens these are. */
  languages: z.array(z.string()),
  texts: z.int(),
  tokens: z.int(),
  /** The token budget that held. */
  batch_tokens: z.int(),
  started: z.string(),
  finished: z.string(),
  duration_s: z.number(),
  /** What its last attempt spent its time on, as in `meta.json`. */
  seconds: z.record(z.string(), z.number()).default({}),
  resumed: z.int(),
  warnings: z.array(z.string()),
});
export type PartFacts = z.infer<typeof PartFacts>;

/** `part.json`: written first, so that a part is never taken for a run, and last once more, with what it has. */
export const PartFile = z.strictObject({
  schema_version: z.literal(1),
  shard: Part,
  finished: PartFacts.nullable(),
});
export type PartFile = z.infer<typeof PartFile>;

/** Whether a folder is that of a part of a run, be it whole or damaged. */
export const isPart = (folder: string): boolean => existsSync(join(folder, RUN_FILES.part));

/** @throws VscoreError (request) where the file is damaged or of another version */
export function readPart(folder: string): PartFile {
  const file = join(folder, RUN_FILES.part);
  try {
    return PartFile.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw requestError(
      `${file} is damaged, or of another version of vscore: what is in ${folder} is part of a run, but not known which. Expected the file as it was written. Restore it, or compute the part anew with --overwrite.`,
      error,
    );
  }
}

export const isFinishedPart = (folder: string): boolean =>
  isPart(folder) && readPart(folder).finished !== null;

/** What a folder with a part is, for whoever expected a run. */
export function partNotRun(folder: string): string {
  const { shard, finished } = readPart(folder);
  const run = folderOfWhole(folder);
  const merge = `npx vscore merge ${run === null ? "PART…" : runArgument(relative(".", run))}`;
  return finished === null
    ? `${folder} is ${partWords(shard)} of a run, and unfinished. Expected a run. Go on with: npx vscore compute --resume --out-dir ${shellWord(folder)}. Once all parts are there: ${merge}`
    : `${folder} is ${partWords(shard)} of a run. Expected a run, which all parts make together: ${merge}`;
}
