import { Command, InvalidArgumentError, Option } from "commander";
import {
  CONFIG_KEYS,
  type ConfigKey,
  FLAG,
  type FlagSyntax,
  flagOf,
  MODELS,
  type PartialConfig,
  RunConfig,
} from "../config/schema.js";
import { VERSION } from "../version.js";
import type { ComputeOptions } from "./compute.js";
import type { RescoreOptions } from "./rescore.js";
import type { ShowOptions } from "./show.js";

/** What the commands do; handed in, so that parsing can be tried without doing anything. */
export interface Actions {
  compute(options: ComputeOptions): Promise<void>;
  models(options: { json: boolean }): void;
  languages(
    term: string | undefined,
    options: { json: boolean; corpus?: string | undefined },
  ): void;
  runs(folder: string | undefined, options: { json: boolean }): void;
  show(run: string, options: ShowOptions): void;
  exportCsv(run: string, options: { topK: number; output?: string | undefined }): Promise<void>;
  rescore(run: string, options: RescoreOptions): Promise<void>;
}

/** The command line, built from the schema of a run. */
export function buildProgram(actions: Actions): Command {
  const program = new Command("vscore")
    .description(
      "Which sparse-autoencoder features make a language model speak a language: v-scores from the terminal.",
    )
    .version(VERSION)
    .showHelpAfterError("(--help lists every option)")
    .addHelpText(
      "after",
      "\nRUN is a folder, or a name under ./v_score_runs.\nExit codes: 0 done, 1 unforeseen, 2 request, 3 environment, 4 remote source, 130 cancelled (resumable).",
    );
  program.configureHelp({ showGlobalOptions: false });

  const compute = program
    .command("compute")
    .description("compute v-scores: model over texts in each language, means per feature, ranking")
    .option(
      "--config <FILE>",
      "YAML or JSON file with keys such as model or n_texts_per_lang: every option from --model on, lists as lists (flags win)",
    )
    .option("--dry-run", "print the plan, start nothing")
    .option("--resume", "go on with an interrupted run, or begin it")
    .option("--overwrite", "replace the run in the out-dir")
    .option("--json", "print the result as JSON");
  for (const key of CONFIG_KEYS) compute.addOption(optionOf(key));
  compute.addHelpText(
    "after",
    `\nModels: ${MODELS.join(", ")}. npx vscore models says what each fills in.`,
  );
  compute.action((values: Record<string, unknown>) =>
    actions.compute({
      flags: flagsOf(values),
      config: values.config as string | undefined,
      dryRun: values.dryRun === true,
      json: values.json === true,
      resume: values.resume === true,
      overwrite: values.overwrite === true,
    }),
  );

  program
    .command("models")
    .description("list the presets and what they fill in")
    .option("--json", "print as JSON")
    .action(({ json }) => actions.models({ json: json === true }));
  program
    .command("languages")
    .argument("[SEARCH]", "part of a code or a name")
    .description("list language codes of FLORES+ (or of a local corpus), or look one up")
    .option(
      "--corpus <CORPUS>",
      "udhr, manuals, jsonl:FILE or dir:FOLDER (default: flores)",
      corpusOption,
    )
    .option("--json", "print as JSON")
    .action((term, { json, corpus }) => actions.languages(term, { json: json === true, corpus }));
  program
    .command("runs")
    .argument("[FOLDER]", "where the runs are", "v_score_runs")
    .description("list runs with their state")
    .option("--json", "print as JSON")
    .action((folder, { json }) => actions.runs(folder, { json: json === true }));
  program
    .command("show")
    .argument("<RUN>")
    .description("show a run's top features")
    .option("--layer <LAYER>", "only this layer", whole(0))
    .option("--language <CODE>", "only this language")
    .option("--top-k <K>", "features per language and layer", whole(1), 3)
    .option("--json", "print as JSON")
    .action((run, { layer, language, topK, json }) =>
      actions.show(run, { layer, language, topK, json: json === true }),
    );
  const csv = program
    .command("export")
    .description("export a run for other tools")
    .command("csv")
    .argument("<RUN>")
    .description("top-k features per language and layer, as the steering repository reads them")
    .option("--top-k <K>", "features per language and layer", whole(1), 5)
    .option(
      "--output <FILE>",
      "file to write, - for stdout (default: <run>/exports/v_scores_<run>_top<k>.csv)",
    );
  csv.action((run, { topK, output }) => actions.exportCsv(run, { topK, output }));
  program
    .command("rescore")
    .argument("<RUN>")
    .description("make a new run over some of a run's languages, without a model")
    .requiredOption("--languages <CODES>", "languages to compare, comma-separated", list)
    .option("--out-dir <FOLDER>", "folder of the new run (default: <run>-rescored-<n>)")
    .option("--overwrite", "replace the run in the out-dir")
    .option("--json", "print as JSON")
    .action((run, { languages, outDir, overwrite, json }) =>
      actions.rescore(run, {
        languages,
        outDir,
        overwrite: overwrite === true,
        json: json === true,
      }),
    );
  return program;
}

function optionOf(key: ConfigKey): Option {
  const field = RunConfig.shape[key];
  const syntax = FLAG.get(field as Parameters<typeof FLAG.get>[0]) as FlagSyntax;
  const standard = field.safeParse(undefined);
  const suffix = standard.success && standard.data != null ? ` (default: ${standard.data})` : "";
  return new Option(`${flagOf(key)} <${syntax.value}>`, `${field.description}${suffix}`).argParser(
    (text) => readFlag(text, syntax.read),
  );
}

function readFlag(text: string, read: FlagSyntax["read"]): unknown {
  switch (read) {
    case "text":
      return text;
    case "integer":
      return number(text);
    case "texts":
      return list(text);
    case "integers":
      return list(text).flatMap(range);
  }
}

const list = (text: string): string[] => text.split(",").map((part) => part.trim());

/** A text that is no whole number stays text, for the schema to refuse with the value as found. */
const number = (text: string): number | string =>
  /^[-+]?\d+$/.test(text.trim()) ? Number(text) : text;

function range(text: string): (number | string)[] {
  const [, from, to] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  if (from === undefined || to === undefined) return [number(text)];
  const length = Number(to) - Number(from) + 1;
  return length >= 1 && length <= 1000
    ? Array.from({ length }, (_, i) => Number(from) + i)
    : [text];
}

const corpusOption = (text: string): string => {
  const corpus = RunConfig.shape.corpus.safeParse(text);
  if (corpus.success) return corpus.data;
  throw new InvalidArgumentError("Expected flores, udhr, manuals, jsonl:FILE or dir:FOLDER.");
};

const whole = (minimum: number) => (text: string) => {
  const value = number(text);
  if (typeof value === "number" && value >= minimum) return value;
  throw new InvalidArgumentError(`Expected a whole number ≥ ${minimum}.`);
};

const flagsOf = (values: Record<string, unknown>): PartialConfig =>
  Object.fromEntries(
    CONFIG_KEYS.map((key) => [key, values[camelCase(key)]]).filter(
      ([, value]) => value !== undefined,
    ),
  );

const camelCase = (key: string): string =>
  key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
