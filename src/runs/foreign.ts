import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { errnoOf, requestError } from "../errors.js";
import type { Ranking } from "../reduce/v-score.js";
import { writeWhole } from "./atomic-write.js";
import { RUN_FILES } from "./files.js";
import type { ForeignMeta } from "./meta.js";
import type { ScoredRun } from "./read.js";
import { encodeScores, openScores } from "./score-files.js";

/** A run that another tool wrote: rankings, and what its `meta.json` says. There are no statistics of it. */
export interface ForeignRun extends ScoredRun {
  meta: ForeignMeta & { layers: number[] };
  statistics: null;
}

/**
 * The scores of a foreign run, converted once: its folder is not ours to write into, so they are kept in the user's cache
 * (`$XDG_CACHE_HOME/vscore/foreign`), under the hash of the `.pt`. What is there can be deleted at any time.
 *
 * @param convert makes rankings by layer of the `.pt` at a path
 * @throws VscoreError (request) where the scores do not fit the `meta.json`
 */
export async function openForeignRun(
  folder: string,
  meta: ForeignMeta,
  convert: (scores: string) => Promise<Map<number, Ranking>>,
): Promise<ForeignRun> {
  const scores = join(folder, RUN_FILES.torchScores);
  const kept = join(cacheFolder(), `${hashOf(scores)}.safetensors`);
  let rankings: ReadonlyMap<number, Ranking> | undefined = readKept(kept);
  if (rankings === undefined) {
    rankings = await convert(scores);
    // Where nothing can be kept, it is converted again next time.
    await writeWhole(kept, encodeScores(rankings, [])).catch(() => undefined);
  }
  const layers = meta.layers ?? [...rankings.keys()].sort((a, b) => a - b);
  refuseMisfit(scores, { ...meta, layers }, rankings);
  return { name: basename(folder), folder, meta: { ...meta, layers }, rankings, statistics: null };
}

function cacheFolder(): string {
  const chosen = process.env.XDG_CACHE_HOME;
  return join(chosen?.startsWith("/") ? chosen : join(homedir(), ".cache"), "vscore", "foreign");
}

function hashOf(file: string): string {
  try {
    return createHash("sha256").update(readFileSync(file)).digest("hex");
  } catch (error) {
    throw requestError(
      `${file} cannot be read (${errnoOf(error)}). Expected the scores of the run. Restore the file.`,
      error,
    );
  }
}

/** Undefined where nothing is kept, or what is there is damaged. */
function readKept(file: string): ReadonlyMap<number, Ranking> | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return openScores(file).layers;
  } catch {
    return undefined;
  }
}

function refuseMisfit(
  scores: string,
  { languages, layers }: ForeignRun["meta"],
  rankings: ReadonlyMap<number, Ranking>,
): void {
  const lacking = layers.filter((layer) => !rankings.has(layer));
  if (lacking.length > 0) {
    throw requestError(
      `${scores} has the layers ${[...rankings.keys()].join(", ")}, ${RUN_FILES.meta} names ${lacking.join(", ")} too. The two files do not belong together: restore the right ones.`,
    );
  }
  for (const [layer, ranking] of rankings) {
    if (ranking.languages === languages.length) continue;
    throw requestError(
      `${scores} has ${ranking.languages} rows in layer ${layer}, ${RUN_FILES.meta} names ${languages.length} languages. The two files do not belong together: restore the right ones.`,
    );
  }
}
