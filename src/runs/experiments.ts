import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf } from "../errors.js";
import { explain, makeFolder, writeWhole } from "./atomic-write.js";
import { RUN_FILES } from "./files.js";

/** What every experiment's folder holds: written last, so that its being there means that the experiment is whole. */
export const EXPERIMENT_RESULT = "result.json";

/**
 * Writes an experiment into the next free folder `experiments/<kind>-<n>` of a run.
 *
 * @param files by name, beside the result
 * @returns the folder
 * @throws VscoreError (environment) where nothing can be written
 */
export async function writeExperiment(
  run: string,
  kind: string,
  result: unknown,
  files: ReadonlyMap<string, string | Uint8Array>,
): Promise<string> {
  const above = join(run, RUN_FILES.experimentsFolder);
  const folder = await nextFolder(above, kind).catch((error: unknown) => {
    throw explain(error, above);
  });
  for (const [name, content] of files) await writeWhole(join(folder, name), content);
  await writeWhole(join(folder, EXPERIMENT_RESULT), `${JSON.stringify(result, null, 2)}\n`);
  return folder;
}

/** Made by this call alone, whoever else makes one at the same time. */
async function nextFolder(above: string, kind: string): Promise<string> {
  await makeFolder(above);
  for (let n = 1; ; n++) {
    const folder = join(above, `${kind}-${n}`);
    try {
      await mkdir(folder);
      return folder;
    } catch (error) {
      if (errnoOf(error) !== "EEXIST") throw error;
    }
  }
}
