import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { requestError, VscoreError } from "../errors.js";
import { lastLines, storedEvents } from "../runs/events.js";
import { EXPERIMENT_RESULT } from "../runs/experiments.js";
import { RUN_FILES } from "../runs/files.js";
import { openForeignRun } from "../runs/foreign.js";
import { type FinishedRun, openExamples, openRun, readForeignMeta } from "../runs/read.js";
import type { OpenedRun, RunSurroundings } from "./model.js";

const LOG_LINES = 200;

/**
 * A run, and what lies beside its numbers. Scores of another tool are converted by a process of their own, the first time.
 *
 * @throws VscoreError
 */
export async function openFolder(
  command: readonly [string, ...string[]],
  folder: string,
): Promise<{ run: OpenedRun; around: RunSurroundings }> {
  const meta = readForeignMeta(folder);
  if (meta === null) {
    const run = openRun(folder);
    return { run, around: { ...surroundings(folder), ...contextsOf(run) } };
  }
  const around = { ...surroundings(folder), examples: null, examplesTrouble: null };
  try {
    return { run: await openForeignRun(folder, meta, refuse), around };
  } catch (error) {
    if (error !== notConverted) throw error;
  }
  const [interpreter, ...script] = command;
  const { exitCode, stderr } = await execa(
    interpreter,
    [...script, "show", folder, "--top-k", "1", "--json"],
    { reject: false, stdin: "ignore", env: { NO_COLOR: "1" } },
  );
  const words = stderr.split("\n").findLast((line) => line.trim() !== "");
  if (exitCode !== 0) throw requestError(words ?? `vscore show ended with exit ${exitCode}`);
  return { run: await openForeignRun(folder, meta, refuse), around };
}

const notConverted = requestError(
  "The scores of this run could not be kept in the cache ($XDG_CACHE_HOME/vscore). A folder that can be written to was expected. Set XDG_CACHE_HOME to one.",
);
const refuse = () => Promise.reject(notConverted);

/** Contexts are beside the numbers: without them, or with damaged ones, a run can be looked at all the same. */
function contextsOf(run: FinishedRun): Pick<RunSurroundings, "examples" | "examplesTrouble"> {
  try {
    return { examples: openExamples(run), examplesTrouble: null };
  } catch (error) {
    if (!(error instanceof VscoreError)) throw error;
    return { examples: null, examplesTrouble: error.message };
  }
}

const surroundings = (folder: string): Omit<RunSurroundings, "examples" | "examplesTrouble"> => ({
  events: storedEvents(folder),
  log: logEnd(folder),
  exports: exportsOf(folder),
});

/** The last lines of what Python printed for a run. */
export const logEnd = (folder: string): string[] =>
  lastLines(join(folder, RUN_FILES.engineLog), LOG_LINES);

function exportsOf(folder: string): RunSurroundings["exports"] {
  const within = [RUN_FILES.exportsFolder, RUN_FILES.figuresFolder]
    .map((name) => join(folder, name))
    .filter((made) => existsSync(made))
    .flatMap((made) =>
      readdirSync(made)
        .sort()
        .map((name) => join(made, name)),
    );
  const experiments = join(folder, RUN_FILES.experimentsFolder);
  const results = existsSync(experiments)
    ? readdirSync(experiments)
        .sort()
        .map((name) => join(experiments, name, EXPERIMENT_RESULT))
    : [];
  return [join(folder, RUN_FILES.report), ...results, ...within].flatMap((file) => {
    const entry = statSync(file, { throwIfNoEntry: false });
    return entry?.isFile() ? [{ file, bytes: entry.size }] : [];
  });
}
