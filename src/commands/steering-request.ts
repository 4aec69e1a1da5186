import { isLocalCorpus, readLocalCorpus } from "../corpora/local-corpora.js";
import type { EngineJobs } from "../engine/engine-jobs.js";
import { standardCorpus } from "../experiments/ablation/evaluation-texts.js";
import type { BankFacts } from "../experiments/steering/bank-file.js";
import { parseMethods } from "../experiments/steering/methods.js";
import type { TrainedOn } from "../experiments/steering/prepare.js";
import { readBanks } from "../experiments/steering/read-vectors.js";
import {
  type LearnedRule,
  pairsOf,
  type SteeringRequest,
  setupsOf,
  standardBase,
} from "../experiments/steering/steering-request.js";
import type { Measure } from "../runs/rank-by.js";
import type { FinishedRun } from "../runs/read.js";
import type { Output } from "./output.js";

/** What all commands take that steer a model. */
export interface SteeringOptions {
  source: string[];
  target: string[];
  layers?: (number | string)[] | undefined;
  /** Undefined: by source language. */
  alphas?: number[] | undefined;
  methods: string;
  trainTexts: number;
  evalTexts: number;
  otherTexts?: number | undefined;
  gateTopK: number;
  gateThreshold: number;
  positions: "counted" | "all";
  rankBy?: Measure | undefined;
  corpus?: string | undefined;
  split?: string | undefined;
  trainSplit: "dev" | "devtest";
  specialTokens: "drop" | "keep";
  firstToken: "drop" | "keep";
  normalize: boolean;
  bank?: string | undefined;
  learnedGating: boolean;
  learned: LearnedRule;
  seed: number;
  json: boolean;
}

/** The sources that were named; null for all of the run. */
export const namedSources = (source: readonly string[]): readonly string[] | null =>
  source.length === 1 && source[0] === "all" ? null : source;

/** What was asked for, with what stands where nothing was. @throws VscoreError (request) */
export function steeringRequest(
  run: FinishedRun,
  options: SteeringOptions,
  output: Output,
): SteeringRequest {
  const sources = namedSources(options.source);
  const corpus = options.corpus ?? standardCorpus(run);
  const split = (options.split ?? "devtest") as "dev" | "devtest";
  const splitGiven = options.split !== undefined;
  const asked = pairsOf(run, sources, options.target);
  // Of all languages, those are meant that there are texts of.
  const there =
    sources === null && isLocalCorpus(corpus)
      ? readLocalCorpus(corpus, split, splitGiven).languages
      : null;
  const pairs = asked.filter(({ source }) => there === null || there.has(source));
  const lacking = [...new Set(asked.filter((pair) => !pairs.includes(pair)).map((p) => p.source))];
  if (lacking.length > 0)
    output.note(`Not steered, for ${corpus} (${split}) lacks them: ${lacking.join(", ")}`);
  const methods = parseMethods(
    options.learnedGating ? `${options.methods},Learned` : options.methods,
  );
  const isLearned = methods.some(({ family }) => family === "Learned");
  const bases = options.layers ?? [standardBase(run.meta.layers)];
  return {
    setups: setupsOf(pairs, bases, options.alphas ?? null),
    ...{ methods, trainTexts: options.trainTexts },
    ...{ evalTexts: options.evalTexts, otherTexts: options.otherTexts ?? options.evalTexts },
    ...{ gateTopK: options.gateTopK, gateThreshold: options.gateThreshold },
    ...{ positions: options.positions, normalize: options.normalize },
    rule: { special_tokens: options.specialTokens, first_token: options.firstToken },
    ...{ corpus, split, trainSplit: options.trainSplit, splitGiven },
    ...{ bank: options.bank ?? null, seed: options.seed },
    learned: isLearned ? options.learned : null,
  };
}

/** Vectors from files, and which texts they were made of: what is evaluated must be none of them. */
export async function trainedOn(
  run: FinishedRun,
  { bank, setups }: SteeringRequest,
  jobs: EngineJobs,
): Promise<TrainedOn> {
  if (bank === null) return { trained: null, isTold: true, banks: null };
  const banks = await readBanks(bank, setups, run.meta, jobs);
  const told = [...banks.values()].flatMap(({ facts }) => facts ?? []);
  const isTold = told.length === banks.size;
  const [first] = told;
  /** Where all files say the same. */
  const agreed = <K extends keyof BankFacts>(key: K): BankFacts[K] | null =>
    isTold && first !== undefined && told.every((facts) => facts[key] === first[key])
      ? first[key]
      : null;
  return {
    ...{ banks, isTold, trained: isTold ? told.flatMap(({ texts }) => texts) : [] },
    made: {
      ...{ train_n: agreed("train_n"), split: agreed("split"), normalize: agreed("normalize") },
      ...{ special_tokens: agreed("special_tokens"), first_token: agreed("first_token") },
    },
  };
}
