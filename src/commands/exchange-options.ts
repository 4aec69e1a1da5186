import { type Command, Option } from "commander";
import { readFlag } from "../config/flag-values.js";
import { CSV_FORMATS } from "../runs/exported-csv.js";
import type { CsvOptions } from "./export-csv.js";
import type { FolderFormat } from "./export-folder.js";
import type { ImportOptions } from "./import-results.js";
import { rankByOption, whole } from "./options.js";

export interface ExchangeActions {
  importResults(files: readonly string[], options: ImportOptions): Promise<void>;
  exportCsv(run: string, options: CsvOptions): Promise<void>;
  exportPt(run: string, options: { output: string }): Promise<void>;
  exportFolder(
    format: FolderFormat,
    run: string,
    options: { output?: string | undefined },
  ): Promise<void>;
}

/** `vscore export …` on the command line. */
export function addExports(program: Command, actions: ExchangeActions): void {
  const exports = program.command("export").description("export a run for other tools");
  exports
    .command("csv")
    .argument("<RUN>")
    .description("top-k features per language and layer, as the steering repository reads them")
    .option("--top-k <K>", "features per language and layer", whole(1), 5)
    .option(
      "--layers <LAYERS>",
      "layers of the run, as in compute (default: all)",
      (text) => readFlag(text, "integers") as (number | string)[],
    )
    .addOption(
      new Option(
        "--format <FORMAT>",
        "companion: seven columns as the steering repository reads them; full: behind them interval, p, q, held-out v, margin, AUROC, rates, τ, texts and tokens",
      )
        .choices(CSV_FORMATS)
        .default("companion"),
    )
    .addOption(rankByOption())
    .option(
      "--output <FILE>",
      "file to write, - for stdout (default: <run>/exports/v_scores_<run>_top<k>.csv, with --layers …_layers<L-L>_top<k>.csv, with --format full …_full.csv)",
    )
    .addHelpText(
      "after",
      `
Beside FILE.csv stands FILE.dictionaries.json: of each layer the exact dictionary that the numbers are features of, and the CSV's
SHA-256. The steering repository steers the layers 20, 21, 22 by default; where the CSV lacks one, it computes features anew with an
SAE of its own choice. That choice is another than the canonical SAEs: have it load those that FILE.dictionaries.json names. A run
of another tool does not tell its dictionaries: then there is no such file. Nor is there one beside stdout.`,
    )
    .action((run, { topK, layers, format, rankBy, output }) =>
      actions.exportCsv(run, { topK, layers, format, rankBy, output }),
    );
  exports
    .command("pt")
    .argument("<RUN>")
    .description("meta.json and v_scores.pt alone, as the original tool writes them")
    .requiredOption("--output <FOLDER>", "folder to write, empty or not there yet")
    .action((run, { output }) => actions.exportPt(run, { output }));
  const folders = [
    {
      format: "sae-features",
      about: "sae_features/ of the ablation repository: rankings of the paper's ten languages",
      place: "sae_features",
      files:
        "metadata.json; for each layer L layer_<L>_indices.pt (int64 [10, F]), layer_<L>_values.pt (float32 [10, F]) and\nlayer_<L>_readable.json (each language's best 20)",
    },
    {
      format: "paper-index",
      about: "layer_<L>/top_index_per_lan_magnitude.pth, as the paper's own code keeps rankings",
      place: "paper_index",
      files: "layer_<L>/top_index_per_lan_magnitude.pth for each layer L: int64 [10, F]",
    },
  ] as const;
  for (const { format, about, place, files } of folders) {
    exports
      .command(format)
      .argument("<RUN>")
      .description(about)
      .option(
        "--output <FOLDER>",
        `folder to write, empty or not there yet (default: <run>/exports/${place}, replaced)`,
      )
      .addHelpText(
        "after",
        `
Writes ${files}; rows in the order en es fr ja ko pt th vi zh ar,
by which the scripts know them. A run over other languages is refused, never cut: v depends on the languages that are compared.
npx vscore rescore RUN --languages paper makes one of a run that has the ten and more.`,
      )
      .action((run, { output }) => actions.exportFolder(format, run, { output }));
  }
}

/** `vscore import` on the command line. */
export function addImport(program: Command, actions: ExchangeActions): void {
  program
    .command("import")
    .argument("<FILE...>", "results of the ablation repository, .pkl or .csv")
    .description("read results of the ablation repository into JSON, pickles without running them")
    .requiredOption("--into <FOLDER>", "folder to write: FILE.json for each FILE")
    .option("--json", "print what was read as JSON")
    .addHelpText(
      "after",
      `
Known are: the interaction matrix (.pkl or .csv; written as FILE.matrix.csv too), fig5_cache.pkl and fig6_cache.pkl (old and new
shapes), cross_language_synergy.pkl, cluster_synergy_cache.pkl, and downstream results (.pkl or .csv, both headers). Which one a
file is, its keys say, not its name. A JSON file holds what it is, languages, layers, numbers, and its source's name and SHA-256;
a pair of languages is the key "a|b", NaN is null. Anything in a pickle but plain values and numbers is refused, and never run.`,
    )
    .action((files: string[], { into, json }) =>
      actions.importResults(files, { into, json: json === true }),
    );
}
