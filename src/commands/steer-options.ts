import { type Command, InvalidArgumentError, Option } from "commander";
import { list, readFlag } from "../config/flag-values.js";
import { STANDARD_ALPHA } from "../experiments/steering/steering-request.js";
import { FIGURE_FORMATS } from "../views/charts/drawn-files.js";
import { STEERING_BY } from "../views/charts/steering-panels.js";
import { corpusOption, rankByOption, seedOption, whole } from "./options.js";
import type { SteerBaselineOptions } from "./steer-baseline.js";
import type { SteerClcOptions } from "./steer-clc.js";
import type { SteerLidOptions } from "./steer-lid.js";
import type { SteerPlotOptions } from "./steer-plot.js";
import type { SteerVectorsOptions } from "./steer-vectors.js";
import type { SteeringOptions } from "./steering-request.js";

export interface SteerActions {
  steerPlot(paths: readonly string[], options: SteerPlotOptions): Promise<void>;
  steerVectors(run: string, options: SteerVectorsOptions): Promise<void>;
  steerBaseline(run: string, options: SteerBaselineOptions): Promise<void>;
  steerLid(run: string, options: SteerLidOptions): Promise<void>;
  steerClc(run: string, options: SteerClcOptions): Promise<void>;
}

const layersOption = (text: string) => readFlag(text, "integers") as (number | string)[];

/** Reads a number that is finite. */
const finite = (text: string): number => {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new InvalidArgumentError("Expected a number.");
};
/** Beyond it losses overflow: of a vector so much longer than what it is added to, nothing else is left. */
const STRONGEST = 1e6;
const strength = (text: string): number => {
  const value = finite(text);
  if (Math.abs(value) <= STRONGEST) return value;
  throw new InvalidArgumentError(
    `Expected numbers from -${STRONGEST} to ${STRONGEST}: beyond, losses overflow. Lower it.`,
  );
};
const positive = (text: string): number => {
  const value = strength(text);
  if (value > 0) return value;
  throw new InvalidArgumentError("Expected a number above 0.");
};
const strengths = (text: string): number[] => [...new Set(list(text).map(strength))];

/** `vscore steer …` on the command line. */
export function addSteer(program: Command, actions: SteerActions): void {
  const steer = program
    .command("steer")
    .description("add steering vectors to a run's own model, gated by its features or not");
  const vectors = steer
    .command("vectors")
    .argument("<RUN>")
    .description("steering vectors of pairs of languages, as files")
    .addOption(
      listed("--source <CODES>", "languages to lead away from, or all of the run", list, ["all"]),
    )
    .addOption(listed("--target <CODES>", "languages to lead into", list, ["eng_Latn"]))
    .option("--layers <LAYERS>", "of the model (default: those of the run)", layersOption)
    .option("--train-n <N>", "texts of each language", whole(1), 100)
    .addOption(split("--split <SPLIT>", "of the corpus (default: dev)"))
    .option("--output <FOLDER>", "where to (default: <run>/exports/steering_vectors)")
    .option("--overwrite", "replace vectors that were made otherwise");
  addVectorRule(addCorpus(vectors))
    .option("--json", "print what was made as JSON")
    .addHelpText(
      "after",
      `
At each layer: mean over texts of the mean over a text's tokens of the block's output, target less source, by the model as it is.
For each pair sv_<model>_<source>_to_<target>_train<n>.safetensors (layer.<L>, float32), .pt ({"metadata", "sv_bank"}) and .json
(the metadata), the last two as the steering repository keeps them. --special-tokens keep --first-token keep counts every token, as it does.`,
    )
    .action((run, { trainN, ...values }) =>
      actions.steerVectors(run, {
        ...values,
        ...{ trainTexts: trainN, normalize: values.normalize === true, json: values.json === true },
        overwrite: values.overwrite === true,
      }),
    );

  const baseline = steer
    .command("baseline")
    .argument("<RUN>")
    .description("one text continued three times: as the model is, with the vector, and gated");
  addSteering(baseline, {
    ...{ sources: ["fra_Latn"], targets: ["spa_Latn"], alphas: [STANDARD_ALPHA] },
    ...{ base: 18, trainN: 4, evalN: 2, isOne: true },
  })
    .option("--max-new-tokens <N>", "of a continuation", whole(1), 32)
    .addHelpText(
      "after",
      `
One pair, layer and strength. The first text of the source is continued, asked as in steer clc; the cross-entropy of the target's name is
told over all --eval-n texts. baseline_….json has the keys that the steering repository writes. Its α of 20 was for vectors of length 1.`,
    )
    .action((run, values) =>
      actions.steerBaseline(run, {
        ...{ ...steeringValues(values), methods: "SV-1L,SAE-1L", otherTexts: 0 },
        maxNewTokens: values.maxNewTokens,
      }),
    );

  const lid = steer
    .command("lid")
    .argument("<RUN>")
    .description(
      "which language the model says that texts are in, as it is and steered; and what that costs other languages",
    );
  addMethods(addSteering(lid, { ...STANDARD, alphas: [STANDARD_ALPHA] }), "all")
    .addOption(
      new Option(
        "--target-metric <WHAT>",
        "the name's first token, or all of it per token; of table and CSV (both are kept)",
      )
        .choices(["first-token", "full-label"])
        .default("first-token"),
    )
    .addHelpText(
      "after",
      `
${METHODS_HELP}
Result, rows and a CSV for each pair, layer and α, as the steering repository has them, go to experiments/steer-lid-<n> in the run;
the same command goes on with one that was interrupted.`,
    )
    .action((run, values) =>
      actions.steerLid(run, { ...steeringValues(values), metric: values.targetMetric }),
    );

  const clc = steer
    .command("clc")
    .argument("<RUN>")
    .description(
      "in which language the model goes on with texts, as it is and steered; and what that costs other languages",
    );
  addMethods(addSteering(clc, { ...STANDARD, sources: ["all"] }), "SV-1L,SAE-3L")
    .addOption(
      new Option(
        "--prompt <KIND>",
        "instruction: asked to go on in the target language, as the steering repository does; beginning: the text's first words alone",
      )
        .choices(["instruction", "beginning"])
        .default("instruction"),
    )
    .option("--prompt-words <N>", "words of a beginning", whole(1), 5)
    .option("--max-new-tokens <N>", "of a continuation", whole(1), 24)
    .option(
      "--n-words-for-lid <N>",
      "words by which its language is told; three characters a word where a script has no spaces",
      whole(1),
      5,
    )
    .addHelpText(
      "after",
      `
${METHODS_HELP}
Continuations are greedy; their language is told offline by py3langid, among all that it knows. Without --alpha each source has the
strength that the steering repository found for Gemma 2 2B (0.5; ko 0.8; ja, zh, ar 1; th 1.5). result.json holds every continuation
with its label and score; CSV files and interruptions as in steer lid.`,
    )
    .action((run, values) =>
      actions.steerClc(run, {
        ...{ ...steeringValues(values), prompt: values.prompt, promptWords: values.promptWords },
        ...{ maxNewTokens: values.maxNewTokens, wordsForLid: values.nWordsForLid },
      }),
    );

  steer
    .command("plot")
    .argument("<FILE|FOLDER...>", "tables (lid_*.csv, clc_*.csv), or folders of them")
    .description("draw tables of steering experiments, vscore's or the steering repository's")
    .addOption(
      new Option(
        "--by <WHAT>",
        "what panels are sorted by and named for (default: what varies; of several target, source, alpha, layer)",
      ).choices(STEERING_BY),
    )
    .addOption(
      new Option(
        "--format <FORMAT>",
        "svg, png, or json (the Vega-Lite specification, to restyle) (default: by the output's ending, or svg)",
      ).choices(FIGURE_FORMATS),
    )
    .option("--output <FILE>", "where to, - is stdout (default: steering.<FORMAT>)")
    .addHelpText(
      "after",
      `
Tables are of naming a language (LID: cross-entropy of the target's name against that on the other languages) or of continuations
(CLC: success rate against the same), not both in one figure. A panel for each, any number of them; of continuations for each pair
of languages. Which columns a file has tells what it is, its name (…_fr_to_en_layer20_alpha0.5_…) the rest. A FOLDER is that of an
experiment in a run, or the steering repository's results/csv: all lid_*.csv, lid2_*.csv and clc_*.csv in it.`,
    )
    .action((paths: string[], { by, format, output }) =>
      actions.steerPlot(paths, { by, format, output }),
    );
}

const METHODS_HELP = `SV-kL adds α·vector behind k layers from the base layer on, SAE-kL only at tokens at which a gate is open: one of the source's best
features, in the run's own dictionary, on what arrives there. Learned-kL adds α·g·vector, g = sigmoid(w·a + b) of these features'
activations a, w and b trained layer by layer at α 1 (learned_gate_….pt, as the steering repository keeps them). Texts that chose the features,
made the vectors or trained the gates, and their translations, are not evaluated on.`;

/** What stands where nothing was said. */
interface Standard {
  /** Whether one of each is all that is taken. */
  isOne?: boolean;
  sources: string[];
  targets: string[];
  /** Undefined: by source language. */
  alphas?: number[];
  base: number;
  trainN: number;
  evalN: number;
}

const STANDARD: Standard = {
  ...{ sources: ["fra_Latn"], targets: ["eng_Latn"], base: 20, trainN: 20, evalN: 10 },
};

/** What all commands take that steer a model. */
function addSteering(command: Command, standard: Standard): Command {
  const isOne = standard.isOne === true;
  const several = isOne ? "" : ", one or several";
  command
    .addOption(
      listed(
        `--source-lang <${isOne ? "CODE" : "CODES"}>`,
        `whose texts are steered${isOne ? "" : "; all: every language of the run"}`,
        list,
        standard.sources,
      ),
    )
    .addOption(
      listed(
        ...([`--target-lang <${isOne ? "CODE" : "CODES"}>`, "to steer into"] as const),
        ...([list, standard.targets] as const),
      ),
    )
    .option(
      "--base-layer <LAYERS>",
      `first steered layer${several} (default: ${standard.base}, or the lowest that two more of the run follow)`,
      layersOption,
    )
    .addOption(
      listed(
        "--alpha <NUMBERS>",
        `strength${several}${standard.alphas === undefined ? " (default: by source language, see below)" : ""}`,
        strengths,
        standard.alphas,
      ),
    )
    .option(
      "--train-n <N>",
      "texts of source and target that vectors are made from",
      whole(1),
      standard.trainN,
    )
    .option("--eval-n <N>", "texts of the source that are steered", whole(1), standard.evalN)
    .option(
      "--gate-topk <K>",
      "a gate opens where one of so many best features of the source fires",
      whole(1),
      2,
    )
    .addOption(rankByOption())
    .option("--gate-threshold <X>", "above this activation", finite, 0)
    .addOption(
      new Option(
        "--positions <WHICH>",
        "where vectors are added: all, as the steering repository; counted: not at the first position and special tokens",
      )
        .choices(["counted", "all"])
        .default("counted"),
    )
    .addOption(split("--split <SPLIT>", "of the corpus, to evaluate on (default: devtest)"))
    .addOption(split("--train-split <SPLIT>", "that vectors are made from").default("dev"))
    .option("--bank <PATH>", "a file of vectors, or a folder of them, in place of new ones");
  return addVectorRule(addCorpus(command))
    .option("--seed <N>", "of the intervals and random vectors", seedOption, 0)
    .option("--json", "print the result as JSON");
}

/** What those take that compare methods. */
const addMethods = (command: Command, standard: string): Command =>
  command
    .option("--other-eval-n <N>", "texts of each other language (default: as --eval-n)", whole(1))
    .option(
      "--methods <LIST>",
      "all (the seven), SV, SAE, Learned (a trained gate), Random and RandomSAE (as long a random vector, everywhere or gated: controls, in table and figure but not in the CSV), or names such as SV-1L,SAE-3L; No SV always",
      standard,
    )
    .option("--learned-gating", "Learned-1L, 2L and 3L too: gates trained on the same features")
    .option("--learned-train-n <N>", "texts of each language that they are trained on", whole(1), 5)
    .option("--learned-epochs <N>", "of Adam", whole(1), 25)
    .option("--learned-lr <X>", "its learning rate", positive, 0.1)
    .option(
      "--learned-collateral-weight <X>",
      "of the loss on other languages' texts, against that of naming the target",
      strength,
      0.2,
    );

/** What commander read of them. */
// biome-ignore lint/suspicious/noExplicitAny: commander's own type for what it read
const steeringValues = (values: Record<string, any>): SteeringOptions => ({
  ...{ source: values.sourceLang, target: values.targetLang, layers: values.baseLayer },
  ...{ alphas: values.alpha, methods: values.methods, trainTexts: values.trainN },
  ...{ evalTexts: values.evalN, otherTexts: values.otherEvalN, gateTopK: values.gateTopk },
  ...{ rankBy: values.rankBy, gateThreshold: values.gateThreshold, positions: values.positions },
  ...{ corpus: values.corpus, split: values.split, trainSplit: values.trainSplit },
  ...{ specialTokens: values.specialTokens, firstToken: values.firstToken },
  ...{ normalize: values.normalize === true, bank: values.bank },
  learnedGating: values.learnedGating === true,
  learned: {
    ...{ trainTexts: values.learnedTrainN, epochs: values.learnedEpochs },
    ...{ learningRate: values.learnedLr, collateralWeight: values.learnedCollateralWeight },
  },
  ...{ seed: values.seed, json: values.json === true },
});

/** An option of several values, whose default the help tells as it is typed. */
function listed<T>(
  flag: string,
  about: string,
  read: (text: string) => T[],
  standard: T[] | undefined,
): Option {
  const option = new Option(flag, about).argParser(read);
  return standard === undefined ? option : option.default(standard, standard.join(","));
}

const split = (flag: string, about: string): Option =>
  new Option(flag, about).choices(["dev", "devtest"]);

const addCorpus = (command: Command): Command =>
  command.option(
    "--corpus <CORPUS>",
    "texts (default: the run's own; manuals for a run on udhr)",
    corpusOption,
  );

const addVectorRule = (command: Command): Command => {
  const rule = (flag: string, about: string) =>
    new Option(flag, about).choices(["drop", "keep"]).default("drop");
  return command
    .addOption(rule("--special-tokens <RULE>", "in a text's mean"))
    .addOption(rule("--first-token <RULE>", "the attention sink, in a text's mean"))
    .option("--normalize", "bring each layer's vector to length 1");
};
