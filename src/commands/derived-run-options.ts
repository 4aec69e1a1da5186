import type { Command } from "commander";
import { list } from "../config/flag-values.js";
import { STALL_TIMEOUT_S } from "../engine/python-engine.js";
import type { MergeOptions } from "./merge.js";
import { whole } from "./options.js";
import type { RescoreOptions } from "./rescore.js";

/** Commands that make a run from what others computed. */
export interface DerivedRunActions {
  rescore(run: string, options: RescoreOptions): Promise<void>;
  merge(parts: readonly string[], options: MergeOptions): Promise<void>;
}

/** `rescore` and `merge` on the command line. */
export function addDerivedRuns(program: Command, actions: DerivedRunActions): void {
  program
    .command("rescore")
    .argument("<RUN>")
    .description("make a new run over some of a run's languages, without a model")
    .requiredOption("--languages <CODES>", "languages to compare, comma-separated", list)
    .option("--out-dir <FOLDER>", "folder of the new run (default: <run>-rescored-<n>)")
    .option("--overwrite", "replace the run in the out-dir, and all that was made from it")
    .option("--json", "print as JSON")
    .action((run, { languages, outDir, overwrite, json }) =>
      actions.rescore(run, {
        languages,
        outDir,
        overwrite: overwrite === true,
        json: json === true,
      }),
    );
  program
    .command("merge")
    .argument("<RUN...>", "the run that was computed in parts, a folder that holds them, or each")
    .description("put the parts of a run together that compute --shard made")
    .option("--out-dir <FOLDER>", "folder of the run (default: the parts' without .part-I-of-N)")
    .option("--overwrite", "replace the run in the out-dir, and all that was made from it")
    .option(
      "--resume",
      "leave the run alone that these parts made already, as a job that is submitted again",
    )
    .option("--no-examples", "without the texts in which features are strongest: reads no text")
    .option("--stall-timeout <SECONDS>", "as in compute", whole(0), STALL_TIMEOUT_S)
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `
All parts must be there, finished, and made alike: the same options, commits, versions, kind of device, dtype and threads. The run is
then the one that compute makes in one piece, to the byte, but for times and merged_from in meta.json. The parts stay as they are.`,
    )
    .action((parts, { outDir, overwrite, resume, examples, stallTimeout, json }) =>
      actions.merge(parts, {
        ...{ outDir, stallTimeout, overwrite: overwrite === true, resume: resume === true },
        ...{ examples: examples !== false, json: json === true },
      }),
    );
}
