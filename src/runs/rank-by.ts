import { requestError } from "../errors.js";
import { specificity } from "../reduce/mean-profile.js";
import { rateEntropy } from "../reduce/rate-entropy.js";
import { type Ranking, rank } from "../reduce/v-score.js";
import type { ForeignRun } from "./foreign.js";
import { LayersOnDemand } from "./layers-on-demand.js";
import { type FinishedRun, runWord } from "./read.js";
import { refuseShortLists } from "./refuse-top-k.js";
import type { LayerStatistics } from "./score-files.js";

/**
 * By what features are ranked for a language L. v; margin: μ_L less the largest other mean; auroc: of L's texts against the others'; dz:
 * paired difference to the translations in its standard deviations; lape: low entropy of the rates over languages (LAPE, Tang et al.
 * 2024); tau: the index of specificity. The last two tell no language by themselves: they rank the features of which L has the
 * highest rate, or mean, and whose rate on L is among the layer's highest 5 %, LAPE's own floor; others are not ranked.
 */
export const MEASURES = ["v", "margin", "auroc", "dz", "lape", "tau"] as const;
export type Measure = (typeof MEASURES)[number];

const FLOOR = 0.95;

/** These rank a feature for one language alone. */
const EXCLUSIVE: readonly Measure[] = ["lape", "tau"];
export const isExclusive = (measure: Measure): boolean => EXCLUSIVE.includes(measure);

/**
 * Refuses a measure by which no two languages can have a feature in common.
 *
 * @param what is asked what languages share
 * @throws VscoreError (request)
 */
export function refuseExclusive(measure: Measure, what: string): void {
  if (!isExclusive(measure)) return;
  const others = MEASURES.filter((each) => !EXCLUSIVE.includes(each)).join(", ");
  throw requestError(
    `--rank-by ${measure}: it ranks every feature for one language alone, so that no two languages share any, and ${what} is about what they share. Expected one of ${others}. Choose one of these.`,
  );
}

/**
 * A run whose rankings, at every layer, are by another measure; `byV` are those by v. A layer is ranked when it is asked for.
 *
 * @param topK refuses where a measure ranks fewer features of a language
 * @throws VscoreError (request) for a measure that the run does not know
 */
export function rankedBy(run: FinishedRun, measure: Measure = "v", topK = 0): FinishedRun {
  if (measure === "v") return run;
  const { layers, languages } = run.meta;
  const rowsAt = (layer: number): Float64Array[] => {
    const statistics = run.statistics.get(layer);
    if (statistics === undefined) throw new Error(`the run lacks statistics of layer ${layer}`);
    return rowsOf(run, layer, statistics, measure);
  };
  // A measure that the run does not know is refused here, not when a layer is looked at.
  const [first = 0] = layers;
  const features = rowsAt(first)[0]?.length ?? 0;
  const bytes = languages.length * features * BYTES_RANKED;
  const of = new LayersOnDemand(layers, bytes, (layer) => {
    const rows = rowsAt(layer);
    const counts = rows.map((row) => row.filter((value) => !Number.isNaN(value)).length);
    return { ranking: rank(rows.map(withLast)), counts };
  });
  const rankings = new LayersOnDemand(layers, bytes, (layer) => of.get(layer)?.ranking as Ranking);
  const ranked = new LayersOnDemand(layers, 1, (layer) => of.get(layer)?.counts as number[]);
  const byMeasure = { ...run, rankings, ranked, byV: run.rankings, measure };
  if (topK > 0) refuseShortLists(topK, byMeasure);
  return byMeasure;
}

/** Of a feature and language in a ranking: index and value. */
const BYTES_RANKED = 8;

/** What is not ranked comes behind everything that is. */
function withLast(row: Float64Array): Float64Array {
  const least = row.reduce((low, value) => (value < low ? value : low), 0);
  return row.map((value) => (Number.isNaN(value) ? least - 1 : value));
}

/** The same of any run; of one of another tool only v is known. @throws VscoreError (request) */
export function anyRankedBy<T extends FinishedRun | ForeignRun>(
  run: T,
  measure: Measure = "v",
  topK = 0,
): T | FinishedRun {
  if (measure === "v") return run;
  if (run.statistics !== null) return rankedBy(run, measure, topK);
  throw requestError(
    `--rank-by ${measure}: ${run.name} is in the format of the original tool, which keeps v alone. Expected v, or a run of vscore. Leave it out, or compute the run here.`,
  );
}

function rowsOf(
  run: FinishedRun,
  layer: number,
  statistics: LayerStatistics,
  measure: Exclude<Measure, "v">,
): Float64Array[] {
  if (measure === "margin") return margins(statistics);
  if (measure === "auroc" || measure === "dz") {
    const table = run.evidence?.layers.get(layer)?.[measure];
    if (table === undefined || (table.every(Number.isNaN) && !hasAny(run, measure)))
      throw unknownMeasure(run, measure);
    return rowsIn(table, statistics);
  }
  return specific(statistics, measure);
}

/** Whether any layer has it: one may be silent. */
const hasAny = ({ evidence }: FinishedRun, measure: "auroc" | "dz"): boolean =>
  [...(evidence?.layers.values() ?? [])].some((layer) => !layer[measure].every(Number.isNaN));

function unknownMeasure(run: FinishedRun, measure: string) {
  const { name, evidence } = run;
  return requestError(
    evidence === null
      ? `--rank-by ${measure}: the run ${name} has no evidence.safetensors, which tells it. Expected a run that has it. Make one without the model: npx vscore rescore ${runWord(run)} --languages …`
      : `--rank-by ${measure}: it compares translations of a text in all languages, and ${evidence.facts.apart === undefined ? `the run ${name} has none` : `in the run ${name} too few texts of ${Object.keys(evidence.facts.apart).join(", ")} have any`}. Expected a parallel corpus. ${evidence.facts.apart === undefined ? "" : "Leave these languages out with npx vscore rescore, compute with --join ids, or "}${evidence.facts.apart === undefined ? "Choose" : "choose"} another measure.`,
  );
}

const rowsIn = (table: Float32Array, { languages, features }: LayerStatistics): Float64Array[] =>
  Array.from({ length: languages }, (_, k) =>
    Float64Array.from(table.subarray(k * features, (k + 1) * features)),
  );

function margins(statistics: LayerStatistics): Float64Array[] {
  const { languages, features, mean } = statistics;
  const rows = Array.from({ length: languages }, () => new Float64Array(features));
  for (let f = 0; f < features; f++) {
    // The largest mean of the others is that of all, but for the language that has it: no language is compared with every other.
    let [most, second, own] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, -1];
    for (let k = 0; k < languages; k++) {
      const each = mean[k * features + f] as number;
      if (each > most) [most, second, own] = [each, most, k];
      else if (each > second) second = each;
    }
    for (const [k, row] of rows.entries())
      row[f] = (mean[k * features + f] as number) - (k === own ? second : most);
  }
  return rows;
}

function specific(statistics: LayerStatistics, measure: "lape" | "tau"): Float64Array[] {
  const { languages: K, features, mean, activeFraction: rate } = statistics;
  const sorted = Float64Array.from(rate).sort();
  const floor = sorted[Math.floor(FLOOR * (sorted.length - 1))] as number;
  const table = measure === "lape" ? rate : mean;
  const rows = Array.from({ length: K }, () => new Float64Array(features).fill(Number.NaN));
  const all = new Float64Array(K);
  for (let f = 0; f < features; f++) {
    for (let k = 0; k < K; k++) all[k] = table[k * features + f] as number;
    const most = all.reduce((high, value) => (value > high ? value : high), 0);
    const own = all.indexOf(most);
    const isOwn = most > 0 && all.lastIndexOf(most) === own;
    if (!isOwn || (rate[own * features + f] as number) < floor) continue;
    (rows[own] as Float64Array)[f] =
      measure === "lape"
        ? Math.log(K) - (rateEntropy(all) as number)
        : (specificity(all) as number);
  }
  return rows;
}
