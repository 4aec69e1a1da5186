import { requestError } from "../errors.js";
import type { Interval } from "../reduce/bootstrap.js";
import { specificity } from "../reduce/mean-profile.js";
import type { Ranking } from "../reduce/v-score.js";
import type { FinishedRun, ScoredRun } from "./read.js";
import type { LayerStatistics } from "./score-files.js";

/** A feature's place in one language's ranking: all that is known of it in a run of another tool. */
export interface RankedFeature {
  layer: number;
  language: string;
  rank: number;
  feature: number;
  v: number;
}

/** A feature's place, with what the run's statistics say of it. */
export interface TopFeature extends RankedFeature {
  /** Standard error of the mean on this language; null with a single text. */
  standard_error: number | null;
  mean: number;
  /** The other language on which the feature's mean is highest, and that mean. */
  runner_up: string;
  runner_up_mean: number;
  /** v less what the runner-up has: how far its mean is above that of the next language; its 95 % interval. */
  margin: number;
  margin_interval: Interval | null;
  /** Share of this language's counted tokens on which the feature fires, and the mean of the other languages' shares. */
  active_fraction: number;
  active_elsewhere: number;
  /** How specific its means are, from 0 (the same everywhere) to 1 (one language alone); null where none is above 0. */
  tau: number | null;
  /** 95 % interval of v. */
  interval: Interval | null;
  /** Family-wise over the run's tests, one-sided, of the hypothesis that languages are exchangeable; and Benjamini-Hochberg's q. */
  p: number | null;
  q: number | null;
  /**
   * v on texts that had no part in ranking: of the feature, on the run's held-out texts; where there are none, of what one half of the
   * texts ranks at this place, on the other half.
   */
  heldout_v: number | null;
  /** Share of halves of the texts that rank it as high: among the best 10, from rank 11 on among the best 100. */
  stability: number | null;
  /** One text of this language against one of another: the chance that its mean activation is higher, ties as half. */
  auroc: number | null;
  /** Mean over sentences of the difference to the other languages' translations, in its standard deviations. */
  dz: number | null;
  n_texts: number;
  n_tokens: number;
  /**
   * sink: most of its activation sits at the first position. shared: the runner-up has at least half of its mean. not-own:
   * the runner-up has a higher mean. silent: it fires on no counted token of this language.
   */
  flags: ("sink" | "shared" | "not-own" | "silent")[];
}

export interface TopSelection {
  layer?: number | undefined;
  language?: string | undefined;
  topK: number;
}

/** The best features, by layer and language in config order, then rank. @throws VscoreError (request) for what the run lacks */
export function rankedFeatures(
  run: ScoredRun,
  { layer, language, topK }: TopSelection,
): RankedFeature[] {
  const { languages, layers } = run.meta;
  if (layer !== undefined && !layers.includes(layer)) {
    throw requestError(
      `--layer ${layer}: the run ${run.name} has the layers ${layers.join(", ")}.`,
    );
  }
  if (language !== undefined && !languages.includes(language)) {
    throw requestError(
      `--language ${language}: the run ${run.name} has the languages ${languages.join(", ")}.`,
    );
  }
  return layers
    .filter((l) => layer === undefined || l === layer)
    .flatMap((l) =>
      languages
        .map((code, k) => ({ code, k }))
        .filter(({ code }) => language === undefined || code === language)
        .flatMap(({ code, k }) => placesOf(run.rankings.get(l), l, code, k, topK)),
    );
}

function placesOf(
  ranking: Ranking | undefined,
  layer: number,
  language: string,
  k: number,
  topK: number,
): RankedFeature[] {
  if (ranking === undefined) return [];
  const { features, index, value } = ranking;
  return Array.from({ length: Math.min(topK, features) }, (_, place) => ({
    layer,
    language,
    rank: place + 1,
    feature: index[k * features + place] as number,
    v: value[k * features + place] as number,
  }));
}

/** The best features of a run of ours, with their statistics; order and errors as in `rankedFeatures`. */
export function topFeatures(run: FinishedRun, selection: TopSelection): TopFeature[] {
  return rankedFeatures(run, selection).flatMap((ranked) => {
    const statistics = run.statistics.get(ranked.layer);
    return statistics === undefined ? [] : [withStatistics(run, ranked, statistics)];
  });
}

function withStatistics(
  run: FinishedRun,
  ranked: RankedFeature,
  statistics: LayerStatistics,
): TopFeature {
  const { languages } = run.meta;
  const { feature, language } = ranked;
  const { features } = statistics;
  const k = languages.indexOf(language);
  const at = k * features + feature;
  const other = runnerUp(statistics, feature, k);
  const mean = statistics.mean[at] as number;
  const error = statistics.standardError[at] as number;
  const runnerUpMean = statistics.mean[other * features + feature] as number;
  const flags: TopFeature["flags"] = [];
  if ((statistics.firstShare[at] as number) > 0.5) flags.push("sink");
  if (statistics.activeFraction[at] === 0) flags.push("silent");
  if (runnerUpMean > mean) flags.push("not-own");
  else if (mean > 0 && runnerUpMean >= mean / 2) flags.push("shared");
  return {
    ...ranked,
    standard_error: Number.isFinite(error) ? error : null,
    mean,
    runner_up: languages[other] as string,
    runner_up_mean: runnerUpMean,
    margin: mean - runnerUpMean,
    active_fraction: statistics.activeFraction[at] as number,
    active_elsewhere: meanOfOthers(columnOf(statistics, statistics.activeFraction, feature), k),
    tau: specificity(Float64Array.from(columnOf(statistics, statistics.mean, feature))),
    ...evidenceOf(run, ranked),
    ...heldOutOf(run, ranked),
    n_texts: run.meta.texts[language] ?? 0,
    n_tokens: run.meta.tokens_counted[language] ?? 0,
    flags,
  };
}

type Gathered = Pick<
  TopFeature,
  "interval" | "margin_interval" | "p" | "q" | "stability" | "auroc" | "dz"
>;

const NOTHING: Gathered = {
  ...{ interval: null, margin_interval: null, p: null, q: null },
  ...{ stability: null, auroc: null, dz: null },
};

/** What the run's evidence says of a place; of one behind the best that it was gathered of, p and q alone. */
function evidenceOf(
  { evidence, meta }: FinishedRun,
  { layer, language, rank, feature }: RankedFeature,
): Gathered {
  const own = evidence?.layers.get(layer);
  if (own === undefined) return NOTHING;
  const k = meta.languages.indexOf(language);
  const all = k * own.features + feature;
  const tested = { p: known(own.p[all]), q: known(own.q[all]) };
  if (rank > own.best) return { ...NOTHING, ...tested };
  const at = k * own.best + rank - 1;
  return {
    ...{ ...tested, interval: intervalOf(own.lo[at], own.hi[at]) },
    margin_interval: intervalOf(own.marginLo[at], own.marginHi[at]),
    ...{
      stability: known(own.halvesShare[at]),
      auroc: known(own.auroc[at]),
      dz: known(own.dz[at]),
    },
  };
}

/** Of held-out texts where there are any, else of the halves that had no part in ranking it. */
function heldOutOf(
  { evidence, heldOut, meta }: FinishedRun,
  { layer, language, rank, feature }: RankedFeature,
): Pick<TopFeature, "heldout_v"> {
  const k = meta.languages.indexOf(language);
  const held = heldOut?.statistics.get(layer);
  if (held !== undefined) {
    const means = columnOf(held, held.mean, feature);
    return { heldout_v: (means[k] as number) - meanOfOthers(means, k) };
  }
  const own = evidence?.layers.get(layer);
  if (own === undefined || rank > own.best) return { heldout_v: null };
  return { heldout_v: known(own.halvesV[k * own.best + rank - 1]) };
}

const known = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value;

function intervalOf(lo: number | undefined, hi: number | undefined): Interval | null {
  const [least, most] = [known(lo), known(hi)];
  return least === null || most === null ? null : { lo: least, hi: most };
}

/** A feature's number on every language. */
const columnOf = (
  { languages, features }: LayerStatistics,
  table: Float32Array,
  feature: number,
): number[] => Array.from({ length: languages }, (_, k) => table[k * features + feature] as number);

const meanOfOthers = (values: readonly number[], k: number): number =>
  values.reduce((sum, value, other) => (other === k ? sum : sum + value), 0) / (values.length - 1);

function runnerUp(
  { languages, features, mean }: LayerStatistics,
  feature: number,
  k: number,
): number {
  let best = k === 0 ? 1 : 0;
  for (let other = 0; other < languages; other++) {
    if (
      other !== k &&
      (mean[other * features + feature] as number) > (mean[best * features + feature] as number)
    )
      best = other;
  }
  return best;
}
