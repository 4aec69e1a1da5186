import { requestError } from "../errors.js";
import { specificity } from "../reduce/mean-profile.js";
import { rateEntropy } from "../reduce/rate-entropy.js";
import { rank } from "../reduce/v-score.js";
import { shellWord } from "../shell-word.js";
import type { ForeignRun } from "./foreign.js";
import type { FinishedRun } from "./read.js";
import type { LayerStatistics } from "./score-files.js";

/**
 * By what features are ranked for a language L. v; margin: μ_L less the largest other mean; auroc: of L's texts against the others'; dz:
 * paired difference to the translations in its standard deviations; lape: low entropy of the rates over languages (LAPE, Tang et al.
 * 2024); tau: the index of specificity. The last two tell no language by themselves: they rank the features of which L has the
 * highest rate, or mean, and whose rate on L is among the layer's highest 5 %, LAPE's own floor; all others come behind.
 */
export const MEASURES = ["v", "margin", "auroc", "dz", "lape", "tau"] as const;
export type Measure = (typeof MEASURES)[number];

const FLOOR = 0.95;

/**
 * A run whose rankings, at every layer, are by another measure; `byV` are those by v.
 *
 * @throws VscoreError (request) for a measure that the run does not know
 */
export function rankedBy(run: FinishedRun, measure: Measure = "v"): FinishedRun {
  if (measure === "v") return run;
  const rankings = new Map(
    run.meta.layers.map((layer) => {
      const statistics = run.statistics.get(layer);
      if (statistics === undefined) throw new Error(`the run lacks statistics of layer ${layer}`);
      return [layer, rank(rowsOf(run, layer, statistics, measure))] as const;
    }),
  );
  return { ...run, rankings, byV: run.rankings, measure };
}

/** The same of any run; of one of another tool only v is known. @throws VscoreError (request) */
export function anyRankedBy<T extends FinishedRun | ForeignRun>(
  run: T,
  measure: Measure = "v",
): T | FinishedRun {
  if (measure === "v") return run;
  if (run.statistics !== null) return rankedBy(run, measure);
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
    if (table === undefined || table.every(Number.isNaN)) throw unknownMeasure(run, measure);
    // What is not defined ranks behind everything.
    const least = table.reduce((low, each) => (each < low ? each : low), 0);
    return split(table, statistics, (each) => (Number.isNaN(each) ? least - 1 : each));
  }
  return specific(statistics, measure);
}

function unknownMeasure({ name, evidence }: FinishedRun, measure: string) {
  return requestError(
    evidence === null
      ? `--rank-by ${measure}: an earlier version made the run ${name}, which does not know it. Expected a run with evidence.safetensors. Make one without the model: npx vscore rescore ${shellWord(name)} --languages …`
      : `--rank-by ${measure}: it compares translations with each other, and the texts of the run ${name} are none. Expected a parallel corpus. Choose another measure.`,
  );
}

const split = (
  table: Float32Array,
  { languages, features }: LayerStatistics,
  of: (value: number) => number,
): Float64Array[] =>
  Array.from({ length: languages }, (_, k) =>
    Float64Array.from(table.subarray(k * features, (k + 1) * features), of),
  );

function margins(statistics: LayerStatistics): Float64Array[] {
  const means = split(statistics.mean, statistics, (mean) => mean);
  return means.map((own, k) =>
    own.map((mean, f) =>
      means.reduce(
        (least, other, l) => (l === k ? least : Math.min(least, mean - (other[f] as number))),
        Number.POSITIVE_INFINITY,
      ),
    ),
  );
}

function specific(statistics: LayerStatistics, measure: "lape" | "tau"): Float64Array[] {
  const { languages: K } = statistics;
  const rates = split(statistics.activeFraction, statistics, (rate) => rate);
  const means = split(statistics.mean, statistics, (mean) => mean);
  const sorted = Float64Array.from(statistics.activeFraction).sort();
  const floor = sorted[Math.floor(FLOOR * (sorted.length - 1))] as number;
  const of = measure === "lape" ? rates : means;
  return of.map((own, k) =>
    own.map((value, f) => {
      const all = Float64Array.from(of, (row) => row[f] as number);
      const isOwn = value > 0 && all.every((other, l) => l === k || other < value);
      const isActive = (rates[k]?.[f] as number) >= floor;
      if (!isOwn || !isActive) return BEHIND;
      return measure === "lape"
        ? Math.log(K) - (rateEntropy(all) as number)
        : (specificity(all) as number);
    }),
  );
}

/** Less than what any feature of a language has. */
const BEHIND = -1;
