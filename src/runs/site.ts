import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { isFolder } from "../config/paths.js";
import { parseStoredConfig } from "../config/resolve.js";
import { RunConfig } from "../config/schema.js";
import { errnoOf, requestError } from "../errors.js";
import { explain } from "./atomic-write.js";
import { EARLIER_RUN, isWrittenAside, RUN_FILES } from "./files.js";
import { LOCK } from "./lock.js";
import { isPart } from "./part-file.js";

/** What stands at an out-dir; a part of a run is no run, be it finished or not. */
export type Site = "free" | "unfinished" | "finished" | "part" | "other";

/**
 * @param flag by which the person named it
 * @throws VscoreError (request) where no run can be: a file, a path below one, a path that leads nowhere
 */
export function siteOf(folder: string, flag = "--out-dir"): Site {
  let existing = resolve(folder);
  while (!isThere(existing)) existing = dirname(existing);
  if (!isFolder(existing)) {
    const what = existing === resolve(folder) ? "is a file" : `lies below the file ${existing}`;
    throw requestError(
      `${flag} ${folder} ${what}. Expected a folder, or a path where nothing is yet.`,
    );
  }
  if (existing !== resolve(folder)) return "free";
  if (isFinishedRun(folder)) return "finished";
  if (isPart(folder)) return "part";
  if (isUnfinishedRun(folder)) return "unfinished";
  const others = readdirSync(folder).filter(
    (name) => ![LOCK, EARLIER_RUN].includes(name) && !isWrittenAside(name),
  );
  return others.length === 0 ? "free" : "other";
}

/** A finished run of any tool: scores and what they are of. */
export function isFinishedRun(folder: string): boolean {
  const has = (file: string) => existsSync(join(folder, file));
  return has(RUN_FILES.meta) && (has(RUN_FILES.scores) || has(RUN_FILES.torchScores));
}

/** A run of ours that was begun: a `config.json` alone could be anybody's, so it must read as one of a run, or have events. */
export function isUnfinishedRun(folder: string): boolean {
  const config = join(folder, RUN_FILES.config);
  if (!existsSync(config)) return false;
  if (existsSync(join(folder, RUN_FILES.events))) return true;
  try {
    return RunConfig.safeParse(JSON.parse(readFileSync(config, "utf8"))).success;
  } catch {
    return false;
  }
}

/** Also true of a link that leads nowhere: no folder can be made in its place. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (errnoOf(error) === "ENOTDIR") return false;
    throw explain(error, path);
  }
}

/** The config that a run's folder holds. @throws VscoreError (request) where it is damaged or of another version */
export function storedConfig(folder: string): RunConfig {
  const config = wholeConfig(folder);
  if (config !== null) return config;
  throw requestError(
    `${join(folder, RUN_FILES.config)} is damaged: it is not JSON. Restore it, or compute the run anew with --overwrite.`,
  );
}

/** The same, but null where the file is damaged: then the run's options have to be given again. */
export function wholeConfig(folder: string): RunConfig | null {
  const file = join(folder, RUN_FILES.config);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
  return parseStoredConfig(value, file);
}
