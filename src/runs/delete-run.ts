import { lstatSync } from "node:fs";
import { rmdir, unlink } from "node:fs/promises";
import { explain } from "./atomic-write.js";
import { lockRun } from "./lock.js";
import { ownFiles, removeOwnFiles } from "./own-files.js";
import { refuseBusyInnerRuns } from "./store.js";

/**
 * Removes what a run's folder holds of the run, and the folder if nothing else is in it. Of a link, only the link: the run that
 * it leads to is another folder's.
 *
 * @returns whether the folder is gone; files that people put there stay
 * @throws VscoreError (request) while a process works on it
 */
export async function deleteRun(folder: string): Promise<boolean> {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) {
    await unlink(folder).catch((error: unknown) => {
      throw explain(error, folder);
    });
    return true;
  }
  refuseBusyInnerRuns(folder);
  const unlock = await lockRun(folder);
  try {
    await removeOwnFiles(folder);
  } catch (error) {
    throw explain(error, ownFiles(folder)[0] ?? folder);
  } finally {
    await unlock();
  }
  return rmdir(folder).then(
    () => true,
    () => false,
  );
}
