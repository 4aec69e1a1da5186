import type {
  CandidateIntervals,
  FeatureEffects,
  Layer,
  LayerRunner,
  Pieces,
  Results,
} from "./evidence/layer-work.js";
import { inThisThread } from "./evidence/layer-work.js";
import { layerColumns } from "./layer-columns.js";
import { type FeatureColumns, roomForThreads } from "./reduce/feature-columns.js";
import { canHalve } from "./reduce/halvings.js";
import { JointChances } from "./reduce/joint-chances.js";
import { labelPermutations } from "./reduce/label-permutations.js";
import type { Pool } from "./reduce/language-sums.js";
import { CURVE_SHARES } from "./reduce/learning-curve.js";
import { joinTests, type PermutationTest } from "./reduce/permutation-test.js";
import { sharedIds } from "./reduce/text-ids.js";
import { type TextUnits, textUnits } from "./reduce/text-units.js";
import { unitResamples } from "./reduce/unit-resamples.js";
import type { Ranking } from "./reduce/v-score.js";
import type { EvidenceFacts, LayerEvidence } from "./runs/evidence-file.js";
import type { LanguageSums } from "./runs/sums-file.js";

/** Of so many features of each language's ranking intervals and halves; of many languages fewer, for each takes its milliseconds. */
const bestOf = (languages: number): number =>
  Math.min(50, Math.max(5, Math.floor(1000 / languages)));
/** And of so many the interval of the margin and a label, which compare every language with every other. */
const marginsOf = (languages: number): number => (languages <= 32 ? 5 : 0);
const RESAMPLES = 1000;
const PERMUTATIONS = 1000;
const HALVINGS = 20;
const CURVE_TOP_K = 10;
const CURVE_DRAWS = 5;
/** Evidence of the same texts is the same, whatever else a run's seed draws. */
const SEED = 0;
/** A piece of the work on all features has so many entries: tenths of a second. */
const ENTRIES_A_PIECE = 1 << 18;

export interface EvidenceRequest {
  layers: readonly number[];
  rankings: Pick<ReadonlyMap<number, Ranking>, "get">;
  pool: Pool;
  /** Whether equal ids of two languages mean translations. */
  sharesIds: boolean;
  /** SHA-256 of the file of these scores. */
  scoresSha256: string;
}

/** Where layers are put while others are worked on: all of many languages do not fit in memory. */
export interface EvidenceShelf {
  /** @param evidence whose p and q are not known yet @param test null where nothing could be tested */
  put(layer: number, evidence: LayerEvidence, test: PermutationTest | null): void;
  /** What was put. */
  testOf(layer: number): PermutationTest | null;
  putChances(layer: number, chances: Pick<LayerEvidence, "p" | "q">): void;
}

/**
 * How sure scores are, from the same per-text sums that they are of: a test of v of every feature on every language, and of each
 * language's best features intervals, what halves of the texts that did not choose them say, AUROC and d_z. No model is needed. The next
 * layer is made ready while one is worked on; no number hangs on who does the work.
 *
 * @param shelf gets what was gathered
 * @param onLayer told before each layer
 * @returns how it was gathered
 */
export async function gatherEvidence(
  languages: readonly LanguageSums[],
  { layers, rankings, pool, sharesIds, scoresSha256 }: EvidenceRequest,
  shelf: EvidenceShelf,
  onLayer: (layer: number) => void | Promise<void> = () => undefined,
  runner: LayerRunner = inThisThread,
): Promise<EvidenceFacts> {
  const { ids, isParallel, hasDocuments, apart } = sharedIds(
    languages.map(({ texts }) => texts),
    sharesIds,
  );
  const chances = new JointChances();
  const widths = new Map<number, number>();
  let drawn: Drawn | undefined;
  let before: Promise<void> = Promise.resolve();
  // One is filled while the other is worked on.
  const rooms = [roomForThreads(), roomForThreads()] as const;
  for (const [at, layer] of layers.entries()) {
    const columns = layerColumns(languages, layer, pool, rooms[at % 2]);
    drawn ??= drawnFor(columns, textUnits(columns, ids, isParallel), runner);
    widths.set(layer, columns.features);
    const prepared = { ...drawn.layer, columns: runner.prepare(columns) };
    const ranking = runner.prepare(rankings.get(layer) as Ranking);
    await before;
    await onLayer(layer);
    before = runner.run(prepared, piecesOf(columns, ranking)).then((results) => {
      const parts = results.effects.flatMap(({ test }) => (test === null ? [] : [test]));
      const test = parts.length === 0 ? null : joinTests(parts);
      shelf.put(layer, joined(ranking, results), test);
      if (test !== null) chances.add(test);
    });
    // It is waited for after the next layer's columns; meanwhile a failure of it is no unhandled one.
    before.catch(() => undefined);
  }
  await before;
  if (chances.tests > 0) putChances(chances, widths, shelf);
  return {
    ...{ schema: 1, languages: languages.map(({ language }) => language) },
    scores_sha256: scoresSha256,
    ...{ is_parallel: drawn?.layer.units.isParallel ?? false },
    ...(apart.length === 0
      ? {}
      : {
          apart: Object.fromEntries(
            apart.map(({ language, ...counts }) => [languages[language]?.language ?? "", counts]),
          ),
        }),
    units: drawn?.layer.units.units ?? 0,
    unit: hasDocuments ? "document" : "text",
    ...{ resamples: RESAMPLES, permutations: PERMUTATIONS, halvings: HALVINGS, seed: SEED },
    ...{ curve_shares: CURVE_SHARES, curve_top_k: CURVE_TOP_K, tests: chances.tests },
    untested: drawn?.untested ?? null,
  };
}

interface Drawn {
  layer: Omit<Layer, "columns">;
  untested: string | null;
}

/** @param columns of any layer */
export function drawnFor(
  columns: FeatureColumns,
  units: TextUnits,
  runner: LayerRunner = inThisThread,
): Drawn {
  const untested = whyUntested(columns, units);
  const draws = { seed: SEED, permutations: PERMUTATIONS };
  const resamples = unitResamples(columns, units, { seed: SEED, resamples: RESAMPLES });
  const labels = untested === null ? labelPermutations(columns, units, draws) : null;
  return { layer: runner.prepare({ units, resamples, labels }), untested };
}

/** Whether labels can be exchanged at all. */
function whyUntested({ languageOf, weight }: FeatureColumns, units: TextUnits): string | null {
  const labels = new Map<number, Set<number>>();
  for (const [row, unit] of units.unitOf.entries()) {
    if ((weight[row] as number) === 0) continue;
    const stratum = units.isParallel ? unit : 0;
    const own = labels.get(stratum) ?? new Set();
    labels.set(stratum, own.add(languageOf[row] as number));
  }
  return [...labels.values()].some((own) => own.size > 1)
    ? null
    : "no text is there in two languages";
}

/** What is to be done for a layer; the longest pieces first, so that none is waited for at the end. */
export function piecesOf(columns: FeatureColumns, ranking: Ranking): Pieces {
  const { languages: K, features: F, index } = ranking;
  const best = Math.min(bestOf(K), F);
  return {
    halves: canHalve(columns) ? [{ ranking, best, halvings: HALVINGS, seed: SEED }] : [],
    curve: [{ topK: CURVE_TOP_K, draws: CURVE_DRAWS, seed: SEED }],
    intervals: Array.from({ length: K }, (_, language) => ({
      candidates: Array.from({ length: best }, (_, place) => ({
        ...{ language, feature: index[language * F + place] as number },
      })),
      margins: Array.from({ length: best }, (_, place) => place < marginsOf(K)),
    })),
    effects: rangesOf(columns),
  };
}

/** Ranges of features that have about as many entries. */
function rangesOf({ features, start }: FeatureColumns): { from: number; to: number }[] {
  const ranges: { from: number; to: number }[] = [];
  let from = 0;
  for (let to = 1; to <= features; to++) {
    const isFull = (start[to] as number) - (start[from] as number) >= ENTRIES_A_PIECE;
    if (!isFull && to < features) continue;
    ranges.push({ from, to });
    from = to;
  }
  return ranges;
}

/** Everything but p and q, which wait for all layers. */
function joined(
  { languages: K, features: F }: Ranking,
  { halves: [halves], curve: [curve], intervals, effects }: Results,
): LayerEvidence {
  const best = Math.min(bestOf(K), F);
  const table = (of: (each: CandidateIntervals) => Float32Array) => {
    const all = new Float32Array(K * best);
    for (const [k, own] of intervals.entries()) all.set(of(own), k * best);
    return all;
  };
  const told = (numbers: Float64Array | undefined) => Float32Array.from(numbers ?? []);
  return {
    ...{ features: F, best, p: unknown(K * F), q: unknown(K * F) },
    ...{ auroc: wholeOf(effects, K, F, "auroc"), dz: wholeOf(effects, K, F, "dz") },
    ...{ lo: table(({ lo }) => lo), hi: table(({ hi }) => hi) },
    ...{ marginLo: table((each) => each.marginLo), marginHi: table((each) => each.marginHi) },
    label: table(({ label }) => label),
    halvesV: halves === undefined ? unknown(K * best) : told(halves.v),
    halvesShare: halves === undefined ? unknown(K * best) : told(halves.share),
    ...{ curveJaccard: told(curve?.jaccard), curveOverlap: told(curve?.overlap) },
    ...{ curveInSample: told(curve?.inSample), curveOutOfSample: told(curve?.outOfSample) },
  };
}

/** [K, F] of ranges of features. */
function wholeOf(
  effects: readonly FeatureEffects[],
  K: number,
  F: number,
  which: "auroc" | "dz",
): Float32Array {
  const whole = new Float32Array(K * F);
  for (const { from, to, [which]: part } of effects)
    for (let k = 0; k < K; k++)
      whole.set(part.subarray(k * (to - from), (k + 1) * (to - from)), k * F + from);
  return whole;
}

/** Tells p over all layers together, and q. */
function putChances(
  chances: JointChances,
  widths: ReadonlyMap<number, number>,
  shelf: EvidenceShelf,
): void {
  const of = chances.of();
  for (const [layer, F] of widths) {
    const test = shelf.testOf(layer);
    if (test === null) continue;
    const { feature, languages: K } = test;
    const { familyWise, q } = of(test);
    const told = { p: unknown(K * F), q: unknown(K * F) };
    for (const [row, f] of feature.entries())
      for (let k = 0; k < K; k++) {
        told.p[k * F + f] = familyWise[row * K + k] as number;
        told.q[k * F + f] = q[row * K + k] as number;
      }
    shelf.putChances(layer, told);
  }
}

const unknown = (size: number) => new Float32Array(size).fill(Number.NaN);
