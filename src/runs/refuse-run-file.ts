import { basename, dirname, isAbsolute, relative, sep } from "node:path";
import { realPlace } from "../config/paths.js";
import { requestError } from "../errors.js";
import { isRunFile, RUN_FILES } from "./files.js";
import { LOCK } from "./lock.js";
import { isFinishedRun, isUnfinishedRun } from "./site.js";

/** Folders of what was made from a run. */
const MADE: string[] = [
  RUN_FILES.exportsFolder,
  RUN_FILES.figuresFolder,
  RUN_FILES.experimentsFolder,
];

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
  const ofSums = basename(parent) === RUN_FILES.sumsFolder && isRun(dirname(parent));
  if (ofSums || ((isRunFile(name) || name === LOCK) && isRun(parent)))
    throw requestError(`${flag} ${file} is a file of the run in ${parent}. Choose another name.`);
}

const isRun = (folder: string): boolean => isFinishedRun(folder) || isUnfinishedRun(folder);
