import { type Command, Option } from "commander";
import type { Split } from "../compute/compute-holdout.js";
import { MODELS } from "../config/schema.js";
import { STALL_TIMEOUT_S } from "../engine/python-engine.js";
import type { ComputeOptions } from "./compute.js";
import { addConfigOptions, bytesOption, flagsOf, shardOption, whole } from "./options.js";
import { addRayOptions, rayOf } from "./ray-options.js";

/** Adds `vscore compute`. */
export function addCompute(
  program: Command,
  act: (options: ComputeOptions) => Promise<void>,
): void {
  const compute = program
    .command("compute")
    .description("compute v-scores: model over texts in each language, means per feature, ranking")
    .option(
      "--config <FILE>",
      "YAML or JSON file (- is stdin) with keys such as model or n_texts_per_lang: every option from --model on, lists as lists (flags win)",
    )
    .option("--dry-run", "print the plan, start nothing")
    .option("--resume", "go on with an interrupted run, or begin it")
    .option("--overwrite", "replace the run in the out-dir, and all that was made from it")
    .option(
      "--max-memory <SIZE>",
      "memory of the device that weights, a batch and encoding may take, such as 12GB; a run that is reckoned to need more is refused (default: what there is)",
      bytesOption,
    )
    .option(
      "--stall-timeout <SECONDS>",
      "end a Python that gives no sign of life for so long (0: never)",
      whole(0),
      STALL_TIMEOUT_S,
    )
    .option(
      "--no-self-check",
      "go on where dictionaries do not rebuild what they read (else the run stops before it begins)",
    )
    .addOption(
      new Option(
        "--holdout <SPLIT>",
        "then the same on texts that had no part in the ranking, as vscore holdout does",
      ).choices(["dev", "devtest"]),
    )
    .addOption(shardOption())
    .option("--json", "print the result as JSON");
  addRayOptions(compute);
  addConfigOptions(compute);
  compute.addHelpText(
    "after",
    `\nModels: ${MODELS.join(", ")}. npx vscore models says what each fills in.`,
  );
  compute.action((values: Record<string, unknown>) =>
    act({
      flags: flagsOf(values),
      config: values.config as string | undefined,
      dryRun: values.dryRun === true,
      json: values.json === true,
      resume: values.resume === true,
      overwrite: values.overwrite === true,
      holdout: values.holdout as Split | undefined,
      shard: values.shard as ComputeOptions["shard"],
      maxMemory: values.maxMemory as number | undefined,
      ray: rayOf(values),
      stallTimeout: values.stallTimeout as number,
      selfCheck: values.selfCheck !== false,
    }),
  );
}
