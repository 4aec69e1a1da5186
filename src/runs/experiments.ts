import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf, requestError } from "../errors.js";
import { explain, makeFolder, writeWhole } from "./atomic-write.js";
import { RUN_FILES } from "./files.js";
import { lockRun } from "./lock.js";

/** What every experiment's folder holds: written last, so that its being there means that the experiment is whole. */
export const EXPERIMENT_RESULT = "result.json";
const REQUEST = "request.json";
const PARTS = "parts";

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
  const folder = await nextFolder(run, kind);
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

/** An experiment that takes long: what is finished of it stays, and the same request goes on with it. */
export class LongExperiment {
  private constructor(
    readonly folder: string,
    readonly isResumed: boolean,
    private readonly unlock: () => Promise<void>,
    /** The run's folder, and what its facts were when this began. */
    private readonly run: { folder: string; facts: string },
  ) {}

  /**
   * Goes on with an unfinished experiment of the same request, or begins one in the next free folder.
   *
   * @param request all that its numbers hang on; told in its folder
   * @throws VscoreError (request) while another process is at work on the same, or where the run is no more, (environment) where
   *   nothing can be written
   */
  static async begin(run: string, kind: string, request: unknown): Promise<LongExperiment> {
    const facts = factsOf(run);
    if (facts === null) throw goneError(run);
    const text = `${JSON.stringify(request, null, 2)}\n`;
    const begun = experimentsOf(run, kind).find(
      (folder) => !isFinished(folder) && readText(join(folder, REQUEST)) === text,
    );
    const folder = begun ?? (await nextFolder(run, kind));
    const unlock = await lockRun(folder);
    if (begun === undefined) await writeWhole(join(folder, REQUEST), text);
    return new LongExperiment(folder, begun !== undefined, unlock, { folder: run, facts });
  }

  /** A part that is finished; undefined where it is not. */
  part(name: string): Uint8Array | undefined {
    const file = join(this.folder, PARTS, name);
    return existsSync(file) ? readFileSync(file) : undefined;
  }

  /**
   * @returns its file
   * @throws VscoreError (request) where the run or this folder is no more: a part alone would look like an experiment
   */
  async writePart(name: string, content: Uint8Array): Promise<string> {
    this.refuseOtherRun();
    const file = join(this.folder, PARTS, name);
    await writeWhole(file, content);
    return file;
  }

  /**
   * Writes the result, which holds what the parts held.
   *
   * @throws VscoreError (request) where the run was deleted or replaced meanwhile: it is not that run's result
   */
  async finish(result: unknown, files: ReadonlyMap<string, string | Uint8Array>): Promise<void> {
    this.refuseOtherRun();
    await writeResult(this.folder, result, files);
    await rm(join(this.folder, PARTS), { recursive: true, force: true });
  }

  private refuseOtherRun(): void {
    const { folder, facts } = this.run;
    if (!existsSync(this.folder) || factsOf(folder) !== facts) throw goneError(folder);
  }

  /** Lets others go on with it. */
  async release(): Promise<void> {
    await this.unlock();
    const { folder } = this.run;
    if (factsOf(folder) !== null) return;
    // The lock kept these from going with their run.
    const above = join(folder, RUN_FILES.experimentsFolder);
    for (const each of [join(this.folder, PARTS), this.folder, above, folder])
      await rmdir(each).catch(() => undefined);
  }
}

const goneError = (run: string) =>
  requestError(
    `The run in ${run}, or what this experiment had finished, was deleted or replaced while it was at work: nothing was written. Expected the run that it began with. Run the same command again, on a run that is there.`,
  );

/** What tells one run in a folder from another. */
const factsOf = (run: string): string | null => readText(join(run, RUN_FILES.meta));

const isFinished = (folder: string): boolean => existsSync(join(folder, EXPERIMENT_RESULT));

/** Folders of a run's experiments of one kind, the latest first. */
export function experimentsOf(run: string, kind: string): string[] {
  const above = join(run, RUN_FILES.experimentsFolder);
  const names = existsSync(above) ? readdirSync(above) : [];
  return names
    .flatMap((name) => {
      const number = new RegExp(`^${kind}-(\\d+)$`).exec(name)?.[1];
      return number === undefined ? [] : [{ folder: join(above, name), number: Number(number) }];
    })
    .sort((a, b) => b.number - a.number)
    .map(({ folder }) => folder);
}

/** The finished experiments of one kind, the latest first. */
export const finishedExperiments = (run: string, kind: string): string[] =>
  experimentsOf(run, kind).filter(isFinished);

function readText(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
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
async function nextFolder(run: string, kind: string): Promise<string> {
  const above = join(run, RUN_FILES.experimentsFolder);
  try {
    await makeFolder(above);
    const [latest] = experimentsOf(run, kind);
    for (
      let n = latest === undefined ? 1 : Number(latest.slice(latest.lastIndexOf("-") + 1)) + 1;
      ;
      n++
    ) {
      const folder = join(above, `${kind}-${n}`);
      try {
        await mkdir(folder);
        return folder;
      } catch (error) {
        if (errnoOf(error) !== "EEXIST") throw error;
      }
    }
  } catch (error) {
    throw explain(error, above);
  }
}
