import type { Command } from "commander";
import { RUNS_FOLDER } from "../runs/read.js";
import type { BatchRequest } from "./batch.js";
import { whole } from "./options.js";
import { addRayOptions, rayOf } from "./ray-options.js";

/** Adds `vscore batch`. */
export function addBatch(program: Command, act: (request: BatchRequest) => Promise<void>): void {
  const batch = program
    .command("batch")
    .argument("<FILE|FOLDER...>", "config files, or folders of them")
    .description("compute many runs, one after the other, each in a process of its own")
    .option("--out-root <FOLDER>", "every run's folder lies below it", RUNS_FOLDER)
    .option("--keep-going", "go on after a run that failed")
    .option("--stall-timeout <SECONDS>", "of each run, as in compute", whole(0))
    .option("--no-self-check", "of each run, as in compute")
    .option("--dry-run", "print the runs, start nothing")
    .option("--json", "print the summary as JSON")
    .addHelpText(
      "after",
      `
A FILE (YAML or JSON) holds the options of one run; or a list of runs; or a matrix, of which every combination is a run:

  defaults: {n_texts_per_lang: 25, layers: [0, 10, 20]}
  matrix:
    model: [gemma-2b, qwen3-0.6b]
    languages: [paper, similar, [eng_Latn, deu_Latn]]

  defaults: {model: demo}
  runs:
    - {name: north, languages: [eng_Latn, deu_Latn]}
    - {name: south, languages: similar}

Runs that are finished are left as they are, interrupted ones go on: the same command continues a batch. It exits like
the worst of its runs, in the order 1, 3, 4, 2, 130, 0.`,
    )
    .action((paths, { outRoot, keepGoing, stallTimeout, selfCheck, dryRun, json, ...values }) =>
      act({
        paths,
        outRoot,
        ray: rayOf(values),
        stallTimeout: stallTimeout as number | undefined,
        selfCheck: selfCheck !== false,
        keepGoing: keepGoing === true,
        dryRun: dryRun === true,
        json: json === true,
      }),
    );
  addRayOptions(batch);
}
