import type { Ranking } from "../reduce/v-score.js";
import type { ScoredRun } from "../runs/read.js";
import { type DictionaryIdentity, dictionaryAt, factsOf, type RunFacts } from "./run-facts.js";

/** Why a feature's number means another feature in each of two runs. */
export type Obstacle = "other_widths" | "other_dictionaries" | "other_models";

export interface ComparedLayer {
  layer: number;
  /** Layers of different models are no pair, though they have the same number: each run has its own. */
  run: "both" | "first" | "second";
  /** "features" where both have the same dictionary; else only what each run's languages are like. */
  comparable: "features" | "languages";
  why: Obstacle | null;
}

/** The layers at which two runs can be compared, and how: those of both, in the first one's order. */
export function comparableLayers(first: ScoredRun, second: ScoredRun): ComparedLayer[] {
  const facts = [factsOf(first), factsOf(second)] as const;
  const common = first.meta.layers
    .filter((layer) => second.meta.layers.includes(layer))
    .map((layer): ComparedLayer => {
      const why = obstacleAt(layer, [first, second], facts);
      return { layer, run: "both", comparable: why === null ? "features" : "languages", why };
    });
  if (!areOtherModels(...facts)) return common;
  const paired = common.filter(({ comparable }) => comparable === "features");
  const own = (run: "first" | "second", layers: readonly number[]): ComparedLayer[] =>
    layers
      .filter((layer) => !paired.some((pair) => pair.layer === layer))
      .map((layer) => ({ layer, run, comparable: "languages", why: "other_models" }));
  return [...paired, ...own("first", first.meta.layers), ...own("second", second.meta.layers)];
}

function obstacleAt(
  layer: number,
  [first, second]: readonly [ScoredRun, ScoredRun],
  [a, b]: readonly [RunFacts, RunFacts],
): Obstacle | null {
  const widthOf = (run: ScoredRun) => (run.rankings.get(layer) as Ranking).features;
  if (widthOf(first) !== widthOf(second)) return "other_widths";
  const [one, other] = [dictionaryAt(a, layer), dictionaryAt(b, layer)];
  if (one !== undefined && other !== undefined)
    return isSameDictionary(one, other) ? null : "other_dictionaries";
  return areOtherModels(a, b) ? "other_models" : null;
}

const areOtherModels = (a: RunFacts, b: RunFacts): boolean =>
  a.model_id !== undefined && b.model_id !== undefined && a.model_id !== b.model_id;

/** What is not told is taken to be the same: releases and ids are told wherever dictionaries are. */
export function isSameDictionary(a: DictionaryIdentity, b: DictionaryIdentity): boolean {
  // A hash of the files: whatever they are called and wherever they lie.
  if (isHash(a.revision) && isHash(b.revision)) return a.revision === b.revision;
  if (a.revision !== null && b.revision !== null && a.revision !== b.revision) return false;
  // Releases overlap: the same file has other names in other ones.
  if (a.source !== null && b.source !== null) return a.source === b.source;
  return a.release === b.release && a.sae_id === b.sae_id;
}

const isHash = (revision: string | null): boolean => revision?.startsWith("sha256:") ?? false;
