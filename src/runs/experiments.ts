import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf, requestError } from "../errors.js";
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
  await writeResult(folder, result, files);
  return folder;
}

/**
 * The same into a folder that a person named, in place of an earlier experiment of that kind.
 *
 * @throws VscoreError (environment) where nothing can be written
 */
export async function writeExperimentInto(
  folder: string,
  result: unknown,
  files: ReadonlyMap<string, string | Uint8Array>,
): Promise<void> {
  const earlier = join(folder, EXPERIMENT_RESULT);
  await rm(earlier, { force: true }).catch((error: unknown) => {
    throw explain(error, earlier);
  });
  await writeResult(folder, result, files);
}

async function writeResult(
  folder: string,
  result: unknown,
  files: ReadonlyMap<string, string | Uint8Array>,
): Promise<void> {
  for (const [name, content] of files) await writeWhole(join(folder, name), content);
  await writeWhole(join(folder, EXPERIMENT_RESULT), `${JSON.stringify(result, null, 2)}\n`);
}

/**
 * Refuses a folder for an experiment that holds anything but an earlier one of its kind.
 *
 * @param kind what the earlier result calls itself (`experiment`)
 * @throws VscoreError (request)
 */
export function refuseOtherContent(folder: string, kind: string): void {
  const entry = statSync(folder, { throwIfNoEntry: false });
  if (entry === undefined) return;
  if (!entry.isDirectory())
    throw requestError(
      `--output ${folder} is a file. Expected a folder, empty or not there yet. Choose another name.`,
    );
  if (readdirSync(folder).length === 0 || kindOf(join(folder, EXPERIMENT_RESULT)) === kind) return;
  throw requestError(
    `--output ${folder} holds other things. Expected a folder that is empty, not there yet, or of an earlier ${kind}. Choose another with --output.`,
  );
}

function kindOf(file: string): unknown {
  if (!existsSync(file)) return undefined;
  try {
    return Object(JSON.parse(readFileSync(file, "utf8"))).experiment;
  } catch {
    return undefined;
  }
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
