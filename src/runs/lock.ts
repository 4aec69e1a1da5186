import { readFileSync } from "node:fs";
import { link, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { errnoOf, requestError } from "../errors.js";
import { explain } from "./atomic-write.js";
import { UNFINISHED } from "./files.js";

export const LOCK = "run.lock";
const Holder = z.strictObject({ pid: z.int(), host: z.string(), since: z.string() });
export type Holder = z.infer<typeof Holder>;

/** Who works on a run's folder now: null where nobody does, or where the holder is known to be gone. */
export function lockHolder(folder: string): Holder | null {
  let holder: Holder;
  try {
    holder = Holder.parse(JSON.parse(readFileSync(join(folder, LOCK), "utf8")));
  } catch {
    return null;
  }
  return holder.host === hostname() && !isAlive(holder.pid) ? null : holder;
}

/**
 * Takes a run's folder for this process; a lock whose process is gone is taken over.
 *
 * @returns the way to give it back
 * @throws VscoreError (request) that says who holds it
 */
export async function lockRun(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, LOCK);
  const holder = lockHolder(folder);
  if (holder !== null) {
    throw requestError(
      `${folder} is in use by process ${holder.pid} on ${holder.host} since ${holder.since}. Wait until it ends, or stop it. If it is gone for certain, remove ${path}.`,
    );
  }
  const own: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  const aside = `${path}.${process.pid}${UNFINISHED}`;
  try {
    // Written aside and linked: a lock is never seen half-written, and only one process can link it.
    await rm(path, { force: true });
    await writeFile(aside, JSON.stringify(own));
    await link(aside, path);
  } catch (error) {
    if (errnoOf(error) === "EEXIST")
      throw requestError(`${folder} was taken by another process just now. Wait until it ends.`);
    throw explain(error, path);
  } finally {
    await rm(aside, { force: true });
  }
  return () => rm(path, { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === "EPERM";
  }
}
