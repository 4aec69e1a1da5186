import { relative } from "node:path";
import type { PartialConfig } from "../config/schema.js";
import { requestError } from "../errors.js";
import { folderOfWhole, type Part, partFolder, partWords } from "../parts.js";
import { readPart } from "../runs/part-file.js";
import { siteOf } from "../runs/site.js";
import { runArgument } from "../shell-word.js";
import { duration } from "../views/progress.js";
import { asJson, type Output } from "./output.js";

interface Asked {
  flags: PartialConfig;
  resume: boolean;
  holdout?: string | undefined;
  shard?: Part | undefined;
}

/**
 * Which part of a run is asked for: by --shard, or by the folder of one that goes on. Null for a whole run.
 *
 * @param folder what --out-dir or the config file says
 * @throws VscoreError (request) for what needs a ranking, which a part has not
 */
export function askedPart({ resume, holdout, shard }: Asked, folder: unknown): Part | null {
  const isThere = resume && typeof folder === "string" && siteOf(folder) === "part";
  const part = shard ?? (isThere ? readPart(folder).shard : null);
  if (part !== null && holdout !== undefined)
    throw requestError(
      `--holdout ${holdout} with ${partWords(part)} of a run: a part ranks no features. Expected a whole run. Leave it out, put the parts together with npx vscore merge, then: npx vscore holdout RUN`,
    );
  return part;
}

/** Where a part goes: beside the run, whose folder --out-dir names; a part that goes on stays where it is. */
export const folderOfPart = (folder: string, { shard }: Asked): string =>
  shard === undefined ? folder : partFolder(folder, shard);

/** Tells what a finished part has, and what comes next. */
export function tellPart(folder: string, wasFinished: boolean, json: boolean, output: Output) {
  const { shard, finished } = readPart(folder);
  if (finished === null) throw new Error(`${folder} was finished, and is not`);
  if (json) {
    // Of how it was made, and of each language, its part.json tells all.
    const { loaded: _, provenance: _made, ...facts } = finished;
    output.data(asJson({ schema_version: 1, part: folder, shard, ...facts }));
    return;
  }
  output.note(
    wasFinished
      ? `${folder} was finished already; nothing was left to do.`
      : `Finished in ${duration(finished.duration_s)}.`,
  );
  const run = folderOfWhole(folder);
  const parts = run === null ? "PART…" : runArgument(relative(".", run));
  const { texts, tokens, languages } = finished;
  output.result(
    [
      `${partWords(shard).replace("p", "P")}: ${texts} texts (${tokens} tokens) of ${languages.length} languages: ${languages.join(", ")}`,
      `\nPart: ${folder}`,
      `Once all ${shard.of} are finished, they are put together by:\n  npx vscore merge ${parts}`,
    ].join("\n"),
  );
}
