import { currentCode } from "../../config/languages.js";
import { requestError } from "../../errors.js";
import type { TokenRule } from "../../reduce/text-sums.js";
import type { FinishedRun } from "../../runs/read.js";
import type { Method } from "./methods.js";

export interface Pair {
  source: string;
  target: string;
}

export const pairKey = ({ source, target }: Pair): string => `${source} ${target}`;

/** One experiment of a sweep. */
export interface Setup extends Pair {
  /** The first layer that is steered. */
  layer: number;
  alpha: number;
}

/** What all experiments of steering are asked. */
export interface SteeringRequest {
  setups: Setup[];
  methods: Method[];
  /** Texts of source and target that vectors are made from. */
  trainTexts: number;
  /** Texts of the source that are steered, and of each other language on which the side effects are measured. */
  evalTexts: number;
  otherTexts: number;
  gateTopK: number;
  gateThreshold: number;
  positions: "counted" | "all";
  rule: TokenRule;
  normalize: boolean;
  corpus: string;
  /** Of evaluation, and of what vectors and gates are made from. */
  split: "dev" | "devtest";
  trainSplit: "dev" | "devtest";
  splitGiven: boolean;
  /** Vectors from a file, in place of new ones. */
  bank: string | null;
  /** How gates are trained; null: none is. */
  learned: LearnedRule | null;
  seed: number;
}

/** How gates are trained. */
export interface LearnedRule {
  /** Texts of each language. */
  trainTexts: number;
  epochs: number;
  learningRate: number;
  /** Of the loss on other languages' texts, against that of naming the target. */
  collateralWeight: number;
}

/** How the languages of pairs are asked for. */
export const PAIR_FLAGS = { sources: "--source-lang", targets: "--target-lang" };

/**
 * Every source with every target but itself.
 *
 * @param sources codes of two letters or of FLORES+; null: all languages of the run
 * @throws VscoreError (request) for what the run lacks, or where nothing is left
 */
export function pairsOf(
  run: Pick<FinishedRun, "name" | "meta">,
  sources: readonly string[] | null,
  targets: readonly string[],
  flags = PAIR_FLAGS,
): Pair[] {
  const from = sources === null ? run.meta.languages : known(run, sources, flags.sources);
  const to = known(run, targets, flags.targets);
  const pairs = to.flatMap((target) =>
    from.filter((source) => source !== target).map((source) => ({ source, target })),
  );
  if (pairs.length > 0) return pairs;
  throw requestError(
    `${flags.sources} and ${flags.targets} are both ${to.join(", ")}. Expected two languages: from one into another. Change one of them.`,
  );
}

function known(
  { name, meta }: Pick<FinishedRun, "name" | "meta">,
  codes: readonly string[],
  flag: string,
): string[] {
  const full = codes.map((code) => (meta.languages.includes(code) ? code : currentCode(code)));
  const at = full.findIndex((code) => !meta.languages.includes(code));
  if (at >= 0)
    throw requestError(
      `${flag}: found ${codes[at]}, the run ${name} has ${meta.languages.join(", ")}. Choose among them, or compute a run with it.`,
    );
  return [...new Set(full)];
}

/** Where the steering repository begins. */
const THEIR_BASE = 20;

/**
 * The layer that steering begins at where nobody says: that of the steering repository, of a run that has it; else the lowest
 * that two more of the run follow; else its last.
 */
export function standardBase(layers: readonly number[], theirs = THEIR_BASE): number {
  if (layers.includes(theirs)) return theirs;
  const rising = layers.toSorted((a, b) => a - b);
  return (
    rising.find((layer) => layers.includes(layer + 1) && layers.includes(layer + 2)) ??
    (rising.at(-1) as number)
  );
}

/** How strongly the steering repository steers for identification. */
export const STANDARD_ALPHA = 0.5;

/** Strengths that it writes continuations with, by source language; found for Gemma 2 2B. */
const ALPHAS: Readonly<Record<string, number>> = {
  ...{ spa_Latn: 0.5, fra_Latn: 0.5, jpn_Jpan: 1, kor_Hang: 0.8, por_Latn: 0.5, tha_Thai: 1.5 },
  ...{ vie_Latn: 0.5, cmn_Hans: 1, arb_Arab: 1 },
};
export const alphaOf = (source: string): number => ALPHAS[source] ?? STANDARD_ALPHA;

/** Every pair with every layer and strength; null: the strength of the source. @throws VscoreError (request) */
export const setupsOf = (
  pairs: readonly Pair[],
  layers: readonly (number | string)[],
  alphas: readonly number[] | null,
): Setup[] =>
  pairs.flatMap((pair) =>
    [...new Set(layers)].flatMap((layer) => {
      if (typeof layer !== "number" || layer < 0)
        throw requestError(`--base-layer: found ${layer}. Expected the number of a layer.`);
      return (alphas ?? [alphaOf(pair.source)]).map((alpha) => ({ ...pair, layer, alpha }));
    }),
  );
