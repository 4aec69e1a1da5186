import { layerColumns } from "./layer-columns.js";
import { falseDiscoveryQ } from "./reduce/false-discovery.js";
import { familyWiseP, largestOf } from "./reduce/family-wise.js";
import type { FeatureColumns } from "./reduce/feature-columns.js";
import { canHalve, halvedScores } from "./reduce/halvings.js";
import { type LabelPermutations, labelPermutations } from "./reduce/label-permutations.js";
import type { Pool } from "./reduce/language-sums.js";
import { CURVE_SHARES, learningCurve } from "./reduce/learning-curve.js";
import { type PermutationTest, permutationTest } from "./reduce/permutation-test.js";
import { type Candidate, scoreIntervals } from "./reduce/score-intervals.js";
import { aurocs, countedTexts, pairedEffects, sharedUnits } from "./reduce/text-effects.js";
import { sharedIds } from "./reduce/text-ids.js";
import { type TextUnits, textUnits } from "./reduce/text-units.js";
import { type UnitResamples, unitResamples } from "./reduce/unit-resamples.js";
import type { Ranking } from "./reduce/v-score.js";
import type { Evidence, EvidenceFacts, LayerEvidence } from "./runs/evidence-file.js";
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

export interface EvidenceRequest {
  layers: readonly number[];
  rankings: ReadonlyMap<number, Ranking>;
  pool: Pool;
  /** Whether equal ids of two languages mean translations. */
  sharesIds: boolean;
  /** SHA-256 of the file of these scores. */
  scoresSha256: string;
}

/**
 * How sure scores are, from the same per-text sums that they are of: a test of v of every feature on every language, and of each
 * language's best features intervals, what halves of the texts that did not choose them say, AUROC and d_z. No model is needed.
 *
 * @param onLayer told before each layer
 */
export async function gatherEvidence(
  languages: readonly LanguageSums[],
  { layers, rankings, pool, sharesIds, scoresSha256 }: EvidenceRequest,
  onLayer: (layer: number) => void | Promise<void> = () => undefined,
): Promise<Evidence> {
  const { ids, isParallel, hasDocuments } = sharedIds(
    languages.map(({ texts }) => texts),
    sharesIds,
  );
  const tests = new Map<number, PermutationTest>();
  const gathered = new Map<number, LayerEvidence>();
  let drawn: Drawn | undefined;
  for (const layer of layers) {
    await onLayer(layer);
    const columns = layerColumns(languages, layer, pool);
    drawn ??= drawnFor(columns, textUnits(columns, ids, isParallel));
    gathered.set(layer, ofBest(columns, drawn, rankings.get(layer) as Ranking));
    if (drawn.labels !== null) tests.set(layer, permutationTest(columns, drawn.labels));
  }
  const count = writeTests(tests, gathered);
  const facts: EvidenceFacts = {
    ...{ schema: 1, languages: languages.map(({ language }) => language) },
    scores_sha256: scoresSha256,
    ...{ is_parallel: drawn?.units.isParallel ?? false, units: drawn?.units.units ?? 0 },
    unit: hasDocuments ? "document" : "text",
    ...{ resamples: RESAMPLES, permutations: PERMUTATIONS, halvings: HALVINGS, seed: SEED },
    ...{ curve_shares: CURVE_SHARES, curve_top_k: CURVE_TOP_K, tests: count },
    untested: drawn?.untested ?? null,
  };
  return { facts, layers: gathered };
}

/** What hangs on the texts alone, so that all layers share it. */
interface Drawn {
  units: TextUnits;
  resamples: UnitResamples;
  /** null where none can be exchanged. */
  labels: LabelPermutations | null;
  untested: string | null;
}

/** @param columns of any layer */
function drawnFor(columns: FeatureColumns, units: TextUnits): Drawn {
  const untested = whyUntested(columns, units);
  const draws = { seed: SEED, permutations: PERMUTATIONS };
  return {
    ...{ units, untested },
    resamples: unitResamples(columns, units, { seed: SEED, resamples: RESAMPLES }),
    labels: untested === null ? labelPermutations(columns, units, draws) : null,
  };
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

/** Everything but p and q, which wait for all layers. */
function ofBest(
  columns: FeatureColumns,
  { units, resamples }: Drawn,
  ranking: Ranking,
): LayerEvidence {
  const { languages: K, features: F, index } = ranking;
  const best = Math.min(bestOf(K), F);
  const candidates: Candidate[] = Array.from({ length: K * best }, (_, cell) => {
    const language = Math.floor(cell / best);
    return { language, feature: index[language * F + (cell % best)] as number };
  });
  const isMargin = (at: number) => at % best < marginsOf(K);
  const intervals = scoreIntervals(columns, resamples, candidates, isMargin);
  const unknown = () => new Float32Array(K * best).fill(Number.NaN);
  const halves = canHalve(columns)
    ? halvedScores(columns, units, ranking, { best, halvings: HALVINGS, seed: SEED })
    : { v: unknown(), share: unknown() };
  const table = (of: (at: number) => number | null | undefined) =>
    Float32Array.from(candidates, (_, at) => of(at) ?? Number.NaN);
  return {
    ...{ features: F, best, ...effectsOf(columns, units), ...untestedTables(K * F) },
    lo: table((at) => intervals[at]?.vInterval?.lo),
    hi: table((at) => intervals[at]?.vInterval?.hi),
    marginLo: table((at) => intervals[at]?.marginInterval?.lo),
    marginHi: table((at) => intervals[at]?.marginInterval?.hi),
    ...{ halvesV: Float32Array.from(halves.v), halvesShare: Float32Array.from(halves.share) },
    ...curveOf(columns, units),
    label: table((at) =>
      isMargin(at) ? (intervals[at]?.label?.languages.length ?? 0) : Number.NaN,
    ),
  };
}

function curveOf(columns: FeatureColumns, units: TextUnits) {
  const asked = { topK: CURVE_TOP_K, draws: CURVE_DRAWS, seed: SEED };
  const { jaccard, overlap, inSample, outOfSample } = learningCurve(columns, units, asked);
  return {
    curveJaccard: Float32Array.from(jaccard),
    curveOverlap: Float32Array.from(overlap),
    curveInSample: Float32Array.from(inSample),
    curveOutOfSample: Float32Array.from(outOfSample),
  };
}

const untestedTables = (size: number) => ({
  p: new Float32Array(size).fill(Number.NaN),
  q: new Float32Array(size).fill(Number.NaN),
});

/** AUROC and d_z of every feature on every language, [K, F]. */
function effectsOf(columns: FeatureColumns, units: TextUnits): Pick<LayerEvidence, "auroc" | "dz"> {
  const { languages: K, features: F } = columns;
  const texts = countedTexts(columns);
  const shared = sharedUnits(columns, units);
  const auroc = new Float32Array(K * F);
  const dz = new Float32Array(K * F);
  for (let f = 0; f < F; f++) {
    const shares = aurocs(columns, f, texts);
    const effects = pairedEffects(columns, units, shared, f);
    for (let k = 0; k < K; k++) {
      auroc[k * F + f] = shares[k] as number;
      dz[k * F + f] = effects[k] as number;
    }
  }
  return { auroc, dz };
}

/** Fills in p over all layers together, and q. @returns how many tests there are */
function writeTests(
  tests: ReadonlyMap<number, PermutationTest>,
  gathered: ReadonlyMap<number, LayerEvidence>,
): number {
  if (tests.size === 0) return 0;
  const maxima = largestOf([...tests.values()].map((test) => test.maxima));
  const qs = falseDiscoveryQ(Float64Array.from([...tests.values()].flatMap(({ p }) => [...p])));
  let from = 0;
  for (const [layer, { feature, languages, statistic }] of tests) {
    const evidence = gathered.get(layer) as LayerEvidence;
    const familyWise = familyWiseP(statistic, maxima);
    for (const [row, f] of feature.entries())
      for (let k = 0; k < languages; k++) {
        const at = k * evidence.features + f;
        evidence.p[at] = familyWise[row * languages + k] as number;
        evidence.q[at] = qs[from + row * languages + k] as number;
      }
    from += statistic.length;
  }
  return from;
}
