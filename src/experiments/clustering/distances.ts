import { overlaps } from "../../comparison/overlap.js";
import { requestError } from "../../errors.js";
import type { Ranking } from "../../reduce/v-score.js";
import type { ScoredRun } from "../../runs/read.js";
import type { InteractionMatrix } from "../interactions/interaction-matrix.js";

/** What languages are compared by. */
export const MEASURES = ["interactions", "overlap", "v-profile"] as const;
export type Measure = (typeof MEASURES)[number];

/** How far languages are from each other, and where that is no distance in the strict sense. */
export interface Distances {
  languages: string[];
  /** [K][K], symmetric, zeros on the diagonal. */
  distances: number[][];
  /** Pairs whose distance came out below 0 and is taken as 0. */
  clipped: { first: string; second: string; raw: number }[];
  /** Ordered triples (i, j, m) with D(i, j) > D(i, m) + D(m, j): each one that fails counts for both directions of its pair. */
  triangle_violations: number;
}

/** Below this sum of effects, a pair is at distance 1. */
const NO_EFFECT = 1e-8;
/** What sums of distances may be off by. */
const ROUNDING = 1e-12;

/**
 * D_ij = 1 − (M_ij + M_ji) / (M_ii + M_jj): 0 where each language's features matter to the other as to itself.
 *
 * @throws VscoreError (request) for fewer than two languages, and where a language's own features do nothing to it
 */
export function interactionDistances({ languages, matrix }: InteractionMatrix): Distances {
  const at = (i: number, j: number) => matrix[i]?.[j] as number;
  const harmless = languages.findIndex((_, i) => at(i, i) <= 0);
  if (harmless >= 0)
    throw requestError(
      `The interaction of ${languages[harmless]} with itself is ${at(harmless, harmless)}. Expected a number above 0: ablating a language's features has to make its own texts harder, or distances to it mean nothing. Leave it out, or ablate other features.`,
    );
  return distancesOf(languages, (i, j) => {
    const own = at(i, i) + at(j, j);
    return own <= NO_EFFECT ? 1 : 1 - (at(i, j) + at(j, i)) / own;
  });
}

/** 1 − |A ∩ B| / |A ∪ B| of the top-k features, by what the run is ranked: mean over layers. @throws VscoreError (request) for fewer than two languages */
export function overlapDistances(
  run: ScoredRun,
  layers: readonly number[],
  topK: number,
): Distances {
  const { languages } = run.meta;
  const K = languages.length;
  const pairs = overlaps(run, layers, topK);
  return distancesOf(languages, (i, j) =>
    meanOf(layers.map((_, at) => 1 - (pairs[(at * K + i) * K + j]?.jaccard as number))),
  );
}

/** 1 − Pearson's r of two languages' v over all features: mean over layers, from 0 to 2. @throws VscoreError (request) */
export function profileDistances(run: ScoredRun, layers: readonly number[]): Distances {
  const profiles = layers.map((layer) => standardProfiles(run, layer));
  return distancesOf(run.meta.languages, (i, j) =>
    meanOf(
      profiles.map((profile) => 1 - dot(profile[i] as Float64Array, profile[j] as Float64Array)),
    ),
  );
}

/** v of each language over the features, in the features' order, less its mean and of length 1. */
function standardProfiles(run: ScoredRun, layer: number): Float64Array[] {
  const { features, index, value } = run.rankings.get(layer) as Ranking;
  return run.meta.languages.map((language, k) => {
    const v = new Float64Array(features);
    for (let at = k * features; at < (k + 1) * features; at++)
      v[index[at] as number] = value[at] as number;
    const mean = meanOf(v);
    const centred = v.map((each) => each - mean);
    const length = Math.sqrt(dot(centred, centred));
    if (length > 0) return centred.map((each) => each / length);
    throw requestError(
      `v of ${language} at layer ${layer} is the same for all ${features} features. Expected values that differ: without, nothing correlates. Leave the layer out (--layers), or choose --by overlap.`,
    );
  });
}

/** @param between raw distance of two languages, the same in both orders; what is below 0 becomes 0 */
function distancesOf(
  languages: readonly string[],
  between: (i: number, j: number) => number,
): Distances {
  const K = languages.length;
  if (K < 2)
    throw requestError(
      `Found ${K === 1 ? `one language, ${languages[0]}` : "no language"}. Expected two or more: nothing else can be joined. Choose a run or matrix with more.`,
    );
  const clipped: Distances["clipped"] = [];
  const distances = languages.map(() => new Array<number>(K).fill(0));
  for (let i = 0; i < K; i++)
    for (let j = i + 1; j < K; j++) {
      const raw = between(i, j);
      // Of equal profiles, rounding alone can make a distance below 0.
      if (raw < -ROUNDING)
        clipped.push({ first: languages[i] as string, second: languages[j] as string, raw });
      const value = Math.max(raw, 0);
      (distances[i] as number[])[j] = value;
      (distances[j] as number[])[i] = value;
    }
  return {
    languages: [...languages],
    distances,
    clipped,
    triangle_violations: countViolations(distances),
  };
}

function countViolations(distances: readonly (readonly number[])[]): number {
  let pairs = 0;
  distances.forEach((first, i) => {
    distances.slice(0, i).forEach((second, j) => {
      const direct = second[i] as number;
      first.forEach((there, m) => {
        const detour = there + (second[m] as number);
        if (m !== i && m !== j && direct > detour + ROUNDING) pairs += 1;
      });
    });
  });
  return 2 * pairs;
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at] as number;
  return sum / values.length;
}

const dot = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, value, at) => sum + value * (b[at] as number), 0);
