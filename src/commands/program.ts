import { Command, Option } from "commander";
import { list, readFlag } from "../config/flag-values.js";
import type { PartialConfig } from "../config/schema.js";
import { STALL_TIMEOUT_S } from "../engine/python-engine.js";
import { VERSION } from "../version.js";
import { FIGURE_FORMATS } from "../views/charts/drawn-files.js";
import { KINDS } from "../views/charts/kinds.js";
import type { BatchRequest } from "./batch.js";
import { addBatch } from "./batch-options.js";
import type { ClusterOptions } from "./cluster.js";
import { addCluster } from "./cluster-options.js";
import type { CompareOptions } from "./compare.js";
import type { ComputeOptions } from "./compute.js";
import { addCompute } from "./compute-options.js";
import type { ControlsOptions } from "./controls.js";
import { addControls } from "./controls-options.js";
import { addDerivedRuns, type DerivedRunActions } from "./derived-run-options.js";
import { addExports, addImport, type ExchangeActions } from "./exchange-options.js";
import { addExperiments, type ExperimentActions } from "./experiment-options.js";
import type { ExploreOptions } from "./explore.js";
import { addExplore } from "./explore-options.js";
import type { FeatureOptions } from "./feature.js";
import type { FidelityOptions } from "./fidelity.js";
import type { HoldoutOptions } from "./holdout.js";
import type { ModelsOptions } from "./models.js";
import { addConfigOptions, corpusOption, flagsOf, rankByOption, whole } from "./options.js";
import type { PlotOptions } from "./plot.js";
import { PREFETCH_KEYS } from "./prefetch.js";
import type { ReportOptions } from "./report.js";
import { SELFCHECK_KEYS } from "./selfcheck.js";
import type { ShowOptions } from "./show.js";
import { addSteer, type SteerActions } from "./steer-options.js";

/** What the commands do; handed in, so that parsing can be tried without doing anything. */
export interface Actions
  extends ExperimentActions,
    ExchangeActions,
    SteerActions,
    DerivedRunActions {
  compute(options: ComputeOptions): Promise<void>;
  holdout(run: string, options: HoldoutOptions): Promise<void>;
  fidelity(run: string, options: FidelityOptions): Promise<void>;
  controls(run: string, options: ControlsOptions): Promise<void>;
  batch(request: BatchRequest): Promise<void>;
  models(options: ModelsOptions): Promise<void>;
  languages(
    term: string | undefined,
    options: { json: boolean; corpus?: string | undefined },
  ): void;
  runs(folder: string | undefined, options: { json: boolean }): void;
  show(run: string, options: ShowOptions): Promise<void>;
  compare(runs: readonly [string, string], options: CompareOptions): Promise<void>;
  report(run: string, options: ReportOptions): Promise<void>;
  plot(run: string, options: PlotOptions): Promise<void>;
  feature(run: string, which: string, options: FeatureOptions): Promise<void>;
  explore(run: string, options: ExploreOptions): Promise<void>;
  cluster(source: string, options: ClusterOptions): Promise<void>;
  doctor(options: { json: boolean }): Promise<void>;
  prefetch(options: {
    flags: PartialConfig;
    config?: string | undefined;
    json: boolean;
  }): Promise<void>;
  selfcheck(options: { flags: PartialConfig; json: boolean }): Promise<void>;
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

  addCompute(program, (options) => actions.compute(options));
  program
    .command("holdout")
    .argument("<RUN>")
    .description(
      "what a run's features do on the split that had no part in ranking them; shown beside v from then on",
    )
    .addOption(
      new Option(
        "--split <SPLIT>",
        "to report on (default: the one that the run did not use)",
      ).choices(["dev", "devtest"]),
    )
    .option("--overwrite", "make it anew")
    .option("--stall-timeout <SECONDS>", "as in compute", whole(0), STALL_TIMEOUT_S)
    .option("--json", "print the result as JSON")
    .action((run, { split, overwrite, stallTimeout, json }) =>
      actions.holdout(run, {
        ...{ split, stallTimeout, overwrite: overwrite === true, json: json === true },
      }),
    );

  addControls(program, (run, options) => actions.controls(run, options));
  program
    .command("fidelity")
    .argument("<RUN>")
    .description(
      "how well a run's dictionaries rebuild its languages: FVU, L0, silent features, and with --measure the loss recovered",
    )
    .option("--measure", "measure it with the model, on the run's own texts, and keep that")
    .option("--n-texts <N>", "texts of each language that --measure takes", whole(1), 20)
    .option("--layer <LAYER>", "this layer alone", whole(0))
    .option("--json", "print as JSON")
    .action((run, { measure, nTexts, layer, json }) =>
      actions.fidelity(run, {
        ...{ measure: measure === true, texts: nTexts, layer, json: json === true },
      }),
    );

  addBatch(program, (request) => actions.batch(request));
  program
    .command("models")
    .argument("[WORDS...]", "a preset's name; with --releases, words to look for")
    .description("list the presets, or what one fills in; or the releases that sae_lens knows")
    .option("--releases", "list the releases of the installed sae_lens: models, layers, widths")
    .option("--json", "print as JSON")
    .action((words: string[], { releases, json }) =>
      actions.models({
        name: words.length === 0 ? undefined : words.join(" "),
        releases: releases === true,
        json: json === true,
      }),
    );
  program
    .command("doctor")
    .description("check that this machine can run vscore: Python, libraries, devices, disk, cache")
    .option("--json", "print as JSON")
    .action(({ json }) => actions.doctor({ json: json === true }));
  const prefetch = program
    .command("prefetch")
    .description("download what a run needs, for a later run without a network")
    .option("--config <FILE>", "config file, as for compute")
    .option("--json", "print as JSON");
  addConfigOptions(prefetch, PREFETCH_KEYS);
  prefetch.action((values: Record<string, unknown>) =>
    actions.prefetch({
      flags: flagsOf(values),
      config: values.config as string | undefined,
      json: values.json === true,
    }),
  );
  const selfcheck = program
    .command("selfcheck")
    .description(
      "check on a few sentences that model and dictionaries fit each other, and what this machine does",
    )
    .option("--json", "print as JSON");
  addConfigOptions(selfcheck, SELFCHECK_KEYS);
  selfcheck.addHelpText(
    "after",
    "\nRebuilds what each dictionary reads: FVU and L0, against what its release states. Exits 1 where they do not fit.",
  );
  selfcheck.action((values: Record<string, unknown>) =>
    actions.selfcheck({ flags: flagsOf(values), json: values.json === true }),
  );
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
    .addOption(rankByOption())
    .option("--json", "print as JSON")
    .action((run, { layer, language, topK, rankBy, json }) =>
      actions.show(run, { layer, language, topK, rankBy, json: json === true }),
    );
  program
    .command("compare")
    .argument("<RUN>")
    .argument("<OTHER>")
    .description(
      "in what two runs differ, and how alike they rank features: more texts, other languages, another model",
    )
    .option("--top-k <K>", "best features of each language that are compared", whole(1), 10)
    .addOption(rankByOption())
    .option("--figure <FILE>", "draw it too: .svg, .png, or .json (the Vega-Lite specification)")
    .option("--json", "print as JSON")
    .addHelpText(
      "after",
      `
Where both runs have the same dictionary: overlap (Jaccard) of the best features, correlation of their ranks, features gained
and lost, for each layer and language. Where the dictionaries differ, a feature's number means another feature in each run:
compared are then each language's best feature (how much of its mean is the language's own, how often it fires) and how many of
its best features are no other language's. What a run of the original tool does not tell of itself is listed.`,
    )
    .action((run, other, { topK, rankBy, figure, json }) =>
      actions.compare([run, other], { topK, rankBy, figure, json: json === true }),
    );
  program
    .command("report")
    .argument("<RUN>")
    .description("write every figure of a run, and one page with what was found, to read anywhere")
    .option("--out-dir <FOLDER>", "where to (default: the run's folder)")
    .option(
      "--gated-texts",
      "also put contexts from a gated corpus (FLORES+) on the page, which is then not one to pass on",
    )
    .option(
      "--methods",
      "also methods.md, for reviewers: every choice, formula, count, hash, test and limit",
    )
    .addOption(rankByOption())
    .option("--json", "print what was written as JSON")
    .action((run, { outDir, gatedTexts, methods, rankBy, json }) =>
      actions.report(run, {
        ...{ outDir, rankBy, gatedTexts: gatedTexts === true },
        ...{ methods: methods === true, json: json === true },
      }),
    );
  program
    .command("plot")
    .argument("<KIND>", "a figure, see below")
    .argument("<RUN>")
    .description("draw one figure of a run")
    .option(
      "--layer <LAYERS>",
      "layers, comma-separated (default: all, or the middle one)",
      (text) => readFlag(text, "integers") as number[],
    )
    .option("--language <CODES>", "languages, comma-separated (default: all)", list)
    .option("--top-k <K>", "features of each language (default: the figure's own)", whole(1))
    .addOption(rankByOption())
    .addOption(
      new Option(
        "--format <FORMAT>",
        "svg, png, or json (the Vega-Lite specification, to restyle) (default: by the output's ending, or svg)",
      ).choices(FIGURE_FORMATS),
    )
    .option(
      "--output <FILE>",
      "where to, - is stdout (default: figures/<KIND>.<FORMAT> in the run, <KIND>-by-<MEASURE>.<FORMAT> with --rank-by)",
    )
    .addHelpText(
      "after",
      `\nFigures:\n${Object.entries(KINDS)
        .map(([kind, { about }]) => `  ${kind.padEnd(15)} ${about}`)
        .join("\n")}`,
    )
    .action((kind, run, { layer, language, topK, rankBy, format, output }) =>
      actions.plot(run, { kind, layers: layer, languages: language, topK, rankBy, format, output }),
    );
  program
    .command("feature")
    .argument("<RUN>")
    .argument("<LAYER:FEATURE>", "such as 2:86")
    .description("one feature: what it does on every language, the texts in which it is strongest")
    .option("--contexts", "read those texts with the run's model, where the run has not kept them")
    .option("--html <FILE>", "write it as a page that needs no network, - is stdout")
    .option("--json", "print as JSON")
    .action((run, which, { contexts, html, json }) =>
      actions.feature(run, which, { contexts: contexts === true, html, json: json === true }),
    );
  addExplore(program, (run, options) => actions.explore(run, options));
  addExperiments(program, actions);
  addSteer(program, actions);
  addCluster(program, (source, options) => actions.cluster(source, options));
  addExports(program, actions);
  addImport(program, actions);
  addDerivedRuns(program, actions);
  return program;
}
