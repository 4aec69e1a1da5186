import { readFileSync } from "node:fs";
import { errnoOf } from "./errors.js";

/** Whether a process of this machine is there and has not ended. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return errnoOf(error) === "EPERM";
  }
  return !isZombie(pid);
}

/** A process that ended keeps its number until its parent has looked. Linux only; elsewhere nobody can tell. */
function isZombie(pid: number): boolean {
  try {
    // The state follows the name, which stands in brackets and may hold some itself.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
  } catch {
    return false;
  }
}
