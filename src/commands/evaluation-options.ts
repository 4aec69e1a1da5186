import { type Command, Option } from "commander";
import {
  type EvaluationRequest,
  standardCorpus,
} from "../experiments/ablation/evaluation-texts.js";
import { PROJECTIONS } from "../experiments/ablation/read-losses.js";
import type { Measure } from "../runs/rank-by.js";
import type { FinishedRun } from "../runs/read.js";
import { corpusOption, rankByOption, textCount } from "./options.js";

/** On which texts an experiment is evaluated. */
export interface EvaluationOptions {
  corpus?: string | undefined;
  split?: string | undefined;
  texts: number;
  sameTexts: boolean;
  /** By which measure features are taken. */
  rankBy?: Measure | undefined;
}

/** Adds them to a command of an experiment on losses, with the projection that all of these have. */
export const addEvaluationOptions = (command: Command): Command =>
  command
    .addOption(rankByOption())
    .addOption(
      new Option(
        "--projection <HOW>",
        "span: nothing is left along any of them; paper: each by itself, what they share twice; legacy: the norm divided out twice",
      )
        .choices(PROJECTIONS)
        .default("span"),
    )
    .option(
      "--corpus <CORPUS>",
      "texts to evaluate on (default: the run's own; manuals for a run on udhr)",
      corpusOption,
    )
    .addOption(
      new Option("--split <SPLIT>", "of the corpus (default: devtest)").choices(["dev", "devtest"]),
    )
    .option(
      "--eval-texts <N>",
      "at most so many in each language, from as many documents as there are; -1 for all",
      textCount,
      100,
    )
    .option(
      "--same-texts",
      "allow texts that the features were chosen on; then nothing is claimed",
    );

/** What commander read of them. */
export const evaluationValues = (values: {
  corpus?: string;
  split?: string;
  evalTexts: number;
  sameTexts?: true;
  rankBy?: Measure;
}): EvaluationOptions => ({
  rankBy: values.rankBy,
  ...{ corpus: values.corpus, split: values.split },
  ...{ texts: values.evalTexts, sameTexts: values.sameTexts === true },
});

/** What was asked for, with what stands where nothing was. */
export const evaluationOf = (
  run: FinishedRun,
  { corpus, split, texts, sameTexts }: EvaluationOptions,
): EvaluationRequest => ({
  corpus: corpus ?? standardCorpus(run),
  split: (split ?? "devtest") as "dev" | "devtest",
  ...{ splitGiven: split !== undefined, texts, sameTexts },
});
