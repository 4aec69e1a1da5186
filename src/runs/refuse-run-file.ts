import { basename, dirname, isAbsolute, relative, sep } from "node:path";
import { realPlace } from "../config/paths.js";
import { requestError } from "../errors.js";
import { isRunFile, RUN_FILES } from "./files.js";
import { LOCK } from "./lock.js";
import { isFinishedRun, isUnfinishedRun } from "./site.js";

/** Folders of what is made anew from a run in moments. */
const MADE: string[] = [RUN_FILES.exportsFolder, RUN_FILES.figuresFolder];
/** Folders of a run in which nothing but the run writes: what is there took long. */
const KEPT: string[] = [RUN_FILES.sumsFolder, RUN_FILES.experimentsFolder];

/**
 * Refuses a place for a result where writing, links followed, would touch what a run consists of: this one's or another's.
 * What was made from a run may be made anew.
 *
 * @param flag by which the person named it
 * @throws VscoreError (request)
 */
export function refuseRunFile(file: string, folder: string, flag = "--output"): void {
  const place = realPlace(file);
  const inside = relative(realPlace(folder), place);
  const isInside = !inside.startsWith("..") && !isAbsolute(inside);
  const [top, ...rest] = inside.split(sep);
  const isOwn = rest.length === 0 ? isRunFile(inside) : !MADE.includes(top ?? "");
  if (isInside && isOwn)
    throw requestError(`${flag} ${file} is a file of the run itself. Choose another name.`);
  refuseFileOfRun(file, flag);
}

/** The same for any run's files alone. @throws VscoreError (request) */
export function refuseFileOfRun(file: string, flag: string): void {
  const place = realPlace(file);
  const [name, parent] = [basename(place), dirname(place)];
  if ((isRunFile(name) || name === LOCK) && isRun(parent))
    throw requestError(`${flag} ${file} is a file of the run in ${parent}. Choose another name.`);
  refuseKept(file, flag);
}

/**
 * Refuses a file or folder below what a run keeps to itself.
 *
 * @throws VscoreError (request)
 */
export function refuseKept(path: string, flag: string): void {
  let place = realPlace(path);
  for (let above = dirname(place); above !== place; above = dirname(above)) {
    if (KEPT.includes(basename(place)) && isRun(above))
      throw requestError(
        `${flag} ${path} is in ${basename(place)}/ of the run in ${above}, where nothing but the run writes. Choose another place.`,
      );
    place = above;
  }
}

const isRun = (folder: string): boolean => isFinishedRun(folder) || isUnfinishedRun(folder);
