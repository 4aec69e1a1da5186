import { randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { link, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { errnoOf, requestError } from "../errors.js";
import { isAlive, startOf } from "../process-alive.js";
import { explain } from "./atomic-write.js";
import { UNFINISHED } from "./files.js";

export const LOCK = "run.lock";
/** Held for the moment in which a stale lock is removed. */
const TAKEOVER = `.${LOCK}.takeover${UNFINISHED}`;
const Holder = z.strictObject({
  pid: z.int().positive(),
  host: z.string(),
  since: z.string(),
  /** Where the pid means this process: a container has pids of its own, under the name of its host. Linux only. */
  namespace: z.string().nullable().default(null),
  /** When the process began: its number may be another's by now. Linux only. */
  started: z.string().nullable().default(null),
});
export type Holder = z.infer<typeof Holder>;

/** Who works on a run's folder now: null where nobody does, or where the holder is known to be gone. */
export function lockHolder(folder: string): Holder | null {
  const holder = readHolder(join(folder, LOCK));
  return holder === null || isGone(holder) ? null : holder;
}

/**
 * Takes a run's folder for this process; a lock whose process is gone is taken over.
 *
 * @returns the way to give it back
 * @throws VscoreError (request) that says who holds it
 */
export async function lockRun(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, LOCK);
  const own: Holder = {
    ...{ pid: process.pid, host: hostname(), namespace: pidNamespace() },
    started: startOf(process.pid),
    since: new Date().toISOString(),
  };
  // Written aside and linked: a lock is never seen half-written, and only one process can link it.
  const aside = join(folder, `.${LOCK}.${randomBytes(4).toString("hex")}${UNFINISHED}`);
  try {
    await writeFile(aside, JSON.stringify(own));
    while (!(await tryLink(aside, path))) await removeStale(folder, path, aside);
  } catch (error) {
    throw explain(error, path);
  } finally {
    await rm(aside, { force: true });
  }
  return async () => {
    if (isSame(readHolder(path), own)) await rm(path, { force: true });
  };
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw error;
  }
}

/**
 * Removes a lock whose holder is gone. Who does so holds the guard, and looks again under it: two processes that see the
 * same stale lock would otherwise take over from each other.
 */
async function removeStale(folder: string, path: string, aside: string): Promise<void> {
  refuseHeld(folder, path);
  const guard = join(folder, TAKEOVER);
  if (!(await tryLink(aside, guard))) {
    refuseHeld(folder, guard);
    // Its process died in the moment of taking over.
    await rm(guard, { force: true });
    return;
  }
  try {
    refuseHeld(folder, path);
    await rm(path, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

function refuseHeld(folder: string, path: string): void {
  const holder = readHolder(path);
  if (holder !== null && !isGone(holder)) throw inUse(folder, holder, path);
}

const inUse = (folder: string, { pid, host, since }: Holder, path: string) =>
  requestError(
    `${folder} is in use by process ${pid} on ${host} since ${since}. Wait until it ends, or stop it. If it is gone for certain, remove ${path}.`,
  );

function readHolder(path: string): Holder | null {
  try {
    return Holder.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return null;
  }
}

const isSame = (a: Holder | null, b: Holder): boolean =>
  a !== null && (Object.keys(b) as (keyof Holder)[]).every((key) => a[key] === b[key]);

/** Whether a holder's number means a process that can be seen from here: another host or container has numbers of its own. */
export const isHere = ({ host, namespace }: Pick<Holder, "host" | "namespace">): boolean =>
  host === hostname() && (namespace === null || namespace === pidNamespace());

/** Only of a process that could be seen from here can it be said that it is gone. */
const isGone = (holder: Holder): boolean => isHere(holder) && !isAlive(holder.pid, holder.started);

function pidNamespace(): string | null {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return null;
  }
}
