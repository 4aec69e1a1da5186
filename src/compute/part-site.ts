import { requestError } from "../errors.js";
import { type Part, partWords, shardWord } from "../parts.js";
import { readPart } from "../runs/part-file.js";
import type { Site } from "../runs/site.js";

/** What a message calls what stands at an out-dir. */
export function siteWords(site: Site, folder: string): string {
  if (site !== "part") return site === "finished" ? "a finished run" : "an unfinished run";
  const { shard, finished } = readPart(folder);
  return `the ${finished === null ? "unfinished" : "finished"} ${partWords(shard)} of a run`;
}

/**
 * Refuses to go on with a part of a run as if it were the run, or another part, and with a run as if it were a part.
 *
 * @param asked which part of a run is asked for; null for a run
 * @throws VscoreError (request)
 */
export function refuseOtherPart(site: Site, folder: string, asked: Part | null): void {
  if (site === "free") return;
  const found = site === "part" ? readPart(folder).shard : null;
  if (found?.part === asked?.part && found?.of === asked?.of) return;
  const expected = asked === null ? "a run" : `${partWords(asked)} of one`;
  const way =
    found === null
      ? "Leave --shard out to go on with it"
      : `Give --shard ${shardWord(found)} to go on with it`;
  throw requestError(
    `--resume: ${folder} holds ${siteWords(site, folder)}. Expected ${expected}. ${way}, or choose another --out-dir.`,
  );
}
