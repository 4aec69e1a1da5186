import type { FeatureColumns } from "../reduce/feature-columns.js";
import { halvedScores } from "../reduce/halvings.js";
import type { LabelPermutations } from "../reduce/label-permutations.js";
import { learningCurve } from "../reduce/learning-curve.js";
import { PairedEffects, sharedUnits } from "../reduce/paired-effects.js";
import { type PermutationTest, permutationTest } from "../reduce/permutation-test.js";
import { type Candidate, scoreIntervals } from "../reduce/score-intervals.js";
import { aurocs, countedTexts } from "../reduce/text-effects.js";
import type { TextUnits } from "../reduce/text-units.js";
import type { UnitResamples } from "../reduce/unit-resamples.js";
import type { Ranking } from "../reduce/v-score.js";

/** One layer, and what hangs on the texts alone, so that all layers share it. */
export interface Layer {
  columns: FeatureColumns;
  units: TextUnits;
  resamples: UnitResamples;
  /** null where none can be exchanged. */
  labels: LabelPermutations | null;
}

/** Of the features of a range, [K, to − from]; and their test, null where labels cannot be exchanged. */
export interface FeatureEffects {
  from: number;
  to: number;
  auroc: Float32Array;
  dz: Float32Array;
  test: PermutationTest | null;
}

/** By candidate; NaN where a number is not known. */
export interface CandidateIntervals {
  lo: Float32Array;
  hi: Float32Array;
  marginLo: Float32Array;
  marginHi: Float32Array;
  label: Float32Array;
}

/**
 * The kinds of pieces that a layer's work falls into. A piece takes and gives plain data, which may go from thread to thread, and no
 * number of it hangs on how the work is cut.
 */
export const WORK = {
  halves: (
    { columns, units }: Layer,
    { ranking, ...asked }: { ranking: Ranking; best: number; halvings: number; seed: number },
  ) => halvedScores(columns, units, ranking, asked),
  curve: ({ columns, units }: Layer, asked: { topK: number; draws: number; seed: number }) =>
    learningCurve(columns, units, asked),
  intervals: intervalsOf,
  effects: effectsOf,
};

type Work = typeof WORK;
export type Kind = keyof Work;
export const KINDS = Object.keys(WORK) as Kind[];

/** Pieces of every kind, and what becomes of them, in the same order. */
export type Pieces = { [K in Kind]: Parameters<Work[K]>[1][] };
export type Results = { [K in Kind]: ReturnType<Work[K]>[] };

/** Does all pieces of a layer. */
export interface LayerRunner {
  /** Makes a layer, or a part of it, ready for `run`. */
  prepare<T>(part: T): T;
  run(layer: Layer, pieces: Pieces): Promise<Results>;
}

export const doPiece = (layer: Layer, kind: Kind, piece: Pieces[Kind][number]): unknown =>
  (WORK[kind] as (layer: Layer, piece: unknown) => unknown)(layer, piece);

/** One piece after the other. */
export const inThisThread: LayerRunner = {
  prepare: (part) => part,
  run: async (layer, pieces) =>
    Object.fromEntries(
      KINDS.map((kind) => [kind, pieces[kind].map((piece) => doPiece(layer, kind, piece))]),
    ) as Results,
};

/** @param asked `margins`: of which candidates the interval of the margin and the label are wanted too */
function intervalsOf(
  { columns, resamples }: Layer,
  { candidates, margins }: { candidates: Candidate[]; margins: boolean[] },
): CandidateIntervals {
  const estimates = scoreIntervals(columns, resamples, candidates, (at) => margins[at] === true);
  const table = (of: (estimate: (typeof estimates)[number], at: number) => number | undefined) =>
    Float32Array.from(estimates, (estimate, at) => of(estimate, at) ?? Number.NaN);
  return {
    lo: table(({ vInterval }) => vInterval?.lo),
    hi: table(({ vInterval }) => vInterval?.hi),
    marginLo: table(({ marginInterval }) => marginInterval?.lo),
    marginHi: table(({ marginInterval }) => marginInterval?.hi),
    label: table(({ label }, at) => (margins[at] ? (label?.languages.length ?? 0) : undefined)),
  };
}

function effectsOf(
  { columns, units, labels }: Layer,
  { from, to }: { from: number; to: number },
): FeatureEffects {
  const K = columns.languages;
  const width = to - from;
  const texts = countedTexts(columns);
  const paired = new PairedEffects(columns, units, sharedUnits(columns, units));
  const auroc = new Float32Array(K * width);
  const dz = new Float32Array(K * width);
  for (let f = from; f < to; f++) {
    const shares = aurocs(columns, f, texts);
    const effects = paired.of(f);
    for (let k = 0; k < K; k++) {
      auroc[k * width + f - from] = shares[k] as number;
      dz[k * width + f - from] = effects[k] as number;
    }
  }
  const test = labels === null ? null : permutationTest(columns, labels, from, to);
  return { from, to, auroc, dz, test };
}
