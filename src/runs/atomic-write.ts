import { randomBytes } from "node:crypto";
import { accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { copyFile, mkdir, open, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { isFolder, nearestExisting } from "../config/paths.js";
import { environmentError, errnoOf, VscoreError } from "../errors.js";
import { UNFINISHED } from "./files.js";

/**
 * Writes a file whole or not at all: aside, synced, renamed, its folder synced.
 *
 * @throws VscoreError (environment) where the disk is full or the place not writable
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await writeAside(path, async (aside) => {
    const file = await open(aside, "wx");
    try {
      await file.writeFile(content);
    } finally {
      await file.close();
    }
  });
}

/**
 * Writes a file that a person named, whole or not at all: through a link to where it leads, and straight into what is no
 * file (a pipe, a device), which must not be replaced by one.
 */
export async function writeOver(path: string, content: string | Uint8Array): Promise<void> {
  const target = existsSync(path) ? realpathSync(path) : path;
  const entry = statSync(target, { throwIfNoEntry: false });
  if (entry === undefined || entry.isFile() || entry.isDirectory())
    return writeWhole(target, content);
  await writeFile(target, content).catch((error: unknown) => {
    throw explain(error, path);
  });
}

/**
 * Writes files that belong together, all of them or none: where one fails, what was there before is there again. Of each, as of
 * `writeOver`, what a link leads to is written.
 *
 * @throws VscoreError (environment) where the disk is full or the place not writable, or holds something that is no file
 */
export async function writeTogether(
  files: ReadonlyMap<string, string | Uint8Array>,
): Promise<void> {
  const waiting = [...files].map(([path, content]) => {
    const target = existsSync(path) ? realpathSync(path) : path;
    return { path, content, target, aside: asideOf(target), earlier: asideOf(target) };
  });
  const moved: (typeof waiting)[number][] = [];
  let at = "";
  try {
    for (const { path, content, target, aside, earlier } of waiting) {
      at = path;
      await makeFolder(resolve(dirname(target)));
      const entry = statSync(target, { throwIfNoEntry: false });
      if (entry !== undefined && !entry.isFile())
        throw environmentError(
          `${path} cannot be written: it is no file. Expected one, or nothing there. Choose another place, then run the same command again.`,
        );
      await writeFile(aside, content, { flag: "wx" });
      await sync(aside);
      if (entry !== undefined) await copyFile(target, earlier);
    }
    for (const each of waiting) {
      at = each.path;
      await rename(each.aside, each.target);
      moved.push(each);
    }
    for (const folder of new Set(waiting.map(({ target }) => dirname(target)))) await sync(folder);
  } catch (error) {
    for (const { target, earlier } of moved)
      await (existsSync(earlier) ? rename(earlier, target) : rm(target, { force: true })).catch(
        () => undefined,
      );
    throw explain(error, at);
  } finally {
    for (const each of waiting.flatMap(({ aside, earlier }) => [aside, earlier]))
      await rm(each, { force: true }).catch(() => undefined);
  }
}

/** A name beside a file's, for what is not finished. */
export const asideOf = (path: string): string =>
  join(dirname(path), `.${basename(path)}.${randomBytes(4).toString("hex")}${UNFINISHED}`);

/** Like `writeWhole`, where somebody else (the engine) writes the bytes: `fill` gets the path to write to. */
export async function writeAside(
  path: string,
  fill: (aside: string) => Promise<void>,
): Promise<void> {
  const folder = dirname(path);
  const aside = asideOf(path);
  try {
    await makeFolder(resolve(folder));
    await fill(aside);
    if (!existsSync(aside)) throw new Error(`nothing was written for ${path}`);
    await sync(aside);
    await rename(aside, path);
    await sync(folder);
  } catch (error) {
    // Where the place itself is wrong, this fails too; the first failure is the one to report.
    await rm(aside, { force: true }).catch(() => undefined);
    throw explain(error, path);
  }
}

/**
 * Makes a folder with the folders above it, one by one (`recursive` never returns where a file system refuses new folders
 * with ENOENT, as /proc does).
 *
 * @returns the topmost folder that had to be made; undefined where all were there
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  if (existsSync(path)) return undefined;
  const above = await makeFolder(dirname(path));
  try {
    await mkdir(path);
  } catch (error) {
    // Another process may have made it just now.
    if (errnoOf(error) === "EEXIST") return above;
    throw error;
  }
  return above ?? path;
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const REASONS: Record<string, string> = {
  ENOSPC: "the disk is full. Free some space",
  EFBIG:
    "it is larger than a file may be there. Choose another file system, or raise the limit (ulimit -f)",
  EDQUOT: "the disk quota is used up. Free some space",
  EACCES: "permission is denied. Choose another place, or make it writable",
  EPERM: "permission is denied. Choose another place, or make it writable",
  EROFS: "the file system is read-only. Choose another place",
  ENOENT: "no folder can be made there. Choose another place",
  ENAMETOOLONG: "its name is too long. Choose another place",
  ELOOP: "its links lead in a circle. Choose another place",
  EISDIR: "it is a folder. Name a file",
  ENOTDIR: "part of that path is a file. Choose another place",
};

/** Refuses a folder in which nothing could be written, before any work is done for it. */
export function refuseUnwritable(folder: string): void {
  const existing = nearestExisting(folder);
  try {
    if (!isFolder(existing)) throw Object.assign(new Error(existing), { code: "ENOTDIR" });
    accessSync(existing, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw explain(error, folder);
  }
}

/** Words a failed write for the person who can mend it; anything unforeseen passes through. */
export function explain(error: unknown, path: string): unknown {
  const reason = REASONS[errnoOf(error) ?? ""];
  if (reason === undefined) return error;
  return new VscoreError(
    "environment",
    `${path} cannot be written: ${reason}, then run the same command again.`,
    { cause: error, facts: { mayGoOn: true } },
  );
}
