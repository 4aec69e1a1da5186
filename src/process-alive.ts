import { readFileSync } from "node:fs";
import { errnoOf } from "./errors.js";

/**
 * Whether a process of this machine is there and has not ended.
 *
 * @param started what `startOf` said of it: numbers are used again, and another process is not the one that is meant
 */
export function isAlive(pid: number, started: string | null = null): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errnoOf(error) !== "EPERM") return false;
  }
  const found = statusOf(pid);
  // A process that ended keeps its number until its parent has looked.
  if (found === null) return true;
  return found.state !== "Z" && (started === null || started === found.started);
}

/** When a process began, in ticks since the machine did; null where that cannot be told (only Linux tells). */
export const startOf = (pid: number): string | null => statusOf(pid)?.started ?? null;

/** Fields of /proc/PID/stat behind the name, which stands in brackets and may hold some itself. */
const STATE = 0;
const START_TIME = 19;

function statusOf(pid: number): { state: string | undefined; started: string | null } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state: fields[STATE], started: fields[START_TIME] ?? null };
  } catch {
    return null;
  }
}
