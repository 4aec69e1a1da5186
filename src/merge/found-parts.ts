import { readdirSync, realpathSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { isFolder } from "../config/paths.js";
import type { RunConfig } from "../config/schema.js";
import { requestError } from "../errors.js";
import { folderOfWhole } from "../parts.js";
import { isPart, type PartFile, readPart } from "../runs/part-file.js";
import { RUNS_FOLDER } from "../runs/read.js";
import { isFinishedRun, isUnfinishedRun, storedConfig } from "../runs/site.js";
import { shellWord } from "../shell-word.js";

/** A part of a run on disk, finished or not. */
export interface FoundPart extends Pick<PartFile, "shard" | "finished"> {
  /** As a person would name it. */
  folder: string;
  config: RunConfig;
}

/**
 * The parts that words mean: each a part, a folder that parts lie in, or the run that parts make, which need not be there.
 *
 * @throws VscoreError (request) for a word that means no part, or a part that cannot be read
 */
export function findParts(words: readonly string[]): FoundPart[] {
  const folders = new Map(
    words.flatMap(foldersOf).map((folder) => [realpathSync(folder), folder] as const),
  );
  return [...folders.values()].map((folder) => ({
    folder,
    ...readPart(folder),
    config: storedConfig(folder),
  }));
}

function foldersOf(word: string): string[] {
  const named = word.includes("/") ? [] : [join(RUNS_FOLDER, word)];
  const places = [...named, word].map((place) => place.replace(/(?<=.)\/+$/, ""));
  for (const place of places) {
    const found = [isPart(place) ? [place] : [], partsBeside(place), partsIn(place)];
    const parts = found.find(({ length }) => length > 0);
    if (parts !== undefined) return parts.map((folder) => relative(".", folder) || folder);
  }
  const run = places.find((place) => isFinishedRun(place) || isUnfinishedRun(place));
  const making = "npx vscore compute … --shard I/N makes them";
  throw requestError(
    run === undefined
      ? `There is no part of a run at ${word}. Expected a part, a folder that holds parts, or the run that they make. ${making}; those of ./${RUNS_FOLDER} are listed by: npx vscore runs`
      : `${run} is a run, and no part of one. Expected parts of a run: ${making}. To look at it: npx vscore show ${shellWord(run)}`,
  );
}

const partsBeside = (run: string): string[] =>
  foldersIn(dirname(run)).filter(
    (folder) => folderOfWhole(basename(folder)) === basename(run) && isPart(folder),
  );

const partsIn = (folder: string): string[] => foldersIn(folder).filter(isPart);

const foldersIn = (folder: string): string[] =>
  isFolder(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
