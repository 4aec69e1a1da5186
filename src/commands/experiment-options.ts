import { type Command, Option } from "commander";
import { list, readFlag } from "../config/flag-values.js";
import type { AblateOptions } from "./ablate.js";
import type { CodeSwitchOptions } from "./codeswitch.js";
import { addEvaluationOptions, evaluationValues } from "./evaluation-options.js";
import type { InteractionsOptions } from "./interactions.js";
import { rankByOption, seedOption, whole } from "./options.js";
import type { SynergyOptions } from "./synergy.js";

/** What the commands do that run experiments on a finished run. */
export interface ExperimentActions {
  codeswitch(run: string, options: CodeSwitchOptions): Promise<void>;
  ablate(run: string, options: AblateOptions): Promise<void>;
  interactions(run: string, options: InteractionsOptions): Promise<void>;
  synergy(run: string, options: SynergyOptions): Promise<void>;
}

/** The experiments on the command line. */
export function addExperiments(program: Command, actions: ExperimentActions): void {
  program
    .command("codeswitch")
    .argument("<RUN>")
    .description(
      "what languages' best features do on a noun of one language in a sentence of another",
    )
    .option("--data <FILE>", "JSON lines, see below (default: built-in sentences in 14 languages)")
    .option("--text <TEXT>", "one text with words marked [[so]], in place of data")
    .option("--layer <LAYER>", "the layer that the table shows (default: the last)", whole(0))
    .addOption(rankByOption())
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `
A line of FILE is {"sentence", "ori_sentence", "ori_lan", "target_lan"}: a prefix (ori_sentence) in the language ori_lan, and a
sentence that goes on from it with a noun in target_lan; codes of two letters or of FLORES+. Rows with ori_lan = target_lan are
the own nouns that others are compared with. Which tokens are the noun's is told by character offsets; rows whose sentence does
not begin with its prefix are left out and listed. Result, rows and figures go to experiments/codeswitch-<n> in the run.`,
    )
    .action((run, { data, text, layer, rankBy, json }) =>
      actions.codeswitch(run, { data, text, layer, rankBy, json: json === true }),
    );
  const ablate = program
    .command("ablate")
    .argument("<RUN>")
    .description(
      "take languages' best features out of the model: what it costs its predictions of every language",
    )
    .option(
      "--layers <LAYERS>",
      "layers of the run, as in compute, each by itself (default: all)",
      (text) => readFlag(text, "integers") as (number | string)[],
    )
    .option("--languages <CODES>", "whose features are taken out (default: all)", list)
    .option("--top-k <K>", "features of each language", whole(1), 2)
    .option(
      "--configs <LIST>",
      "which ranks together, such as top1,top2,top1+2 (default: each, and all)",
    )
    .option(
      "--random-draws <N>",
      "random controls for each set of features, on its language",
      whole(0),
      5,
    )
    .option("--seed <N>", "of the random controls and the intervals", seedOption, 0);
  addEvaluationOptions(ablate)
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `
ΔCE is the cross-entropy per predicted token without the features less that with them. Decoder directions are taken out at all
positions of the tensor that the dictionary rebuilds (a transcoder: its output). Controls: as many random features, nearest in mean
activation on the language, and the other languages' features. Intervals: 95 %, over documents (and draws of random features),
translations together. A document is the url of FLORES+, "document" in JSON Lines, what stands before # in an id, or else each text.
Result, every text's losses and figures go to experiments/ablate-<n> in the run; the same command goes on with one that was
interrupted. summary.json is the table in short.`,
    )
    .action((run, { layers, languages, topK, configs, projection, randomDraws, seed, ...rest }) =>
      actions.ablate(run, {
        ...{ layers, languages, topK, configs, projection, draws: randomDraws, seed },
        ...{ ...evaluationValues(rest), json: rest.json === true },
      }),
    );

  program
    .command("interactions")
    .argument("<RUN>")
    .description("what each language's features cost each language, as a matrix, from an ablation")
    .option("--experiment <NAME>", "the ablation, such as ablate-2 (default: the latest)")
    .option("--config <NAME>", "which of its configurations (default: all features together)")
    .addOption(
      new Option(
        "--mean-over <WHAT>",
        "ΔCE per token, or the mean of texts' own, as the ablation repository has it",
      )
        .choices(["tokens", "texts"])
        .default("tokens"),
    )
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `
M[i][j]: ΔCE on texts of language i when the features of j are taken out at one layer; averaged over the layers, at each layer, and
each row by its own diagonal. CSV files are as the ablation repository writes them; vscore cluster --by interactions takes the
latest. No model is needed: the numbers are those of the ablation.`,
    )
    .action((run, { experiment, config, meanOver, json }) =>
      actions.interactions(run, { experiment, config, meanOver, json: json === true }),
    );

  const synergy = program
    .command("synergy")
    .argument("<RUN>")
    .description("do features of two languages together do more than the sum of each?")
    .option(
      "--layers <LAYERS>",
      "layers of the run, as in compute, each by itself (default: all)",
      (text) => readFlag(text, "integers") as (number | string)[],
    )
    .option("--top-k <K>", "features of each language that are taken out", whole(1), 1)
    .option(
      "--clusters <GROUPS>",
      'groups of languages, such as "spa_Latn,por_Latn;jpn_Jpan" (default: those of the latest vscore cluster)',
    )
    .option("--seed <N>", "of the intervals", seedOption, 0);
  addEvaluationOptions(synergy)
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `
Two readings. Super-additivity: ΔAB − ΔA − ΔB on texts of A, for every ordered pair of languages and every layer, within groups of
languages and across them, with intervals over documents (as the ablation repository's cross-language synergy). Cross-activation: mean
activation of A's top features on B's texts in parts of that on A's (as the original README describes synergy); no model is needed
for it. The same command goes on with an experiment that was interrupted.`,
    )
    .action((run, { layers, topK, projection, seed, clusters, ...rest }) =>
      actions.synergy(run, {
        ...{ layers, topK, projection, seed, clusters },
        ...{ ...evaluationValues(rest), json: rest.json === true },
      }),
    );
}
