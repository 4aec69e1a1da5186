import { requestError } from "../errors.js";
import type { Interval } from "../reduce/bootstrap.js";
import { leaveOneOutRange, specificity } from "../reduce/mean-profile.js";
import { marginOf } from "../reduce/score-intervals.js";
import type { Ranking } from "../reduce/v-score.js";
import { columnOf, evidenceOf, type FeatureEvidence, meanOfOthers } from "./feature-evidence.js";
import { isNotRebuilt, knownFvu } from "./fidelity-file.js";
import type { FinishedRun, ScoredRun } from "./read.js";
import type { LayerStatistics } from "./score-files.js";

/** A feature's place in one language's ranking: all that is known of it in a run of another tool. */
export interface RankedFeature {
  layer: number;
  language: string;
  rank: number;
  feature: number;
  v: number;
  /** What it is ranked by, where that is not v. */
  score?: number;
}

/** A feature's place, with what the run's statistics say of it. */
export interface TopFeature extends RankedFeature, FeatureEvidence {
  /** Standard error of the mean on this language; null with a single text. */
  standard_error: number | null;
  mean: number;
  /** The other language on which the feature's mean is highest, and that mean. */
  runner_up: string;
  runner_up_mean: number;
  /** How far its mean is above that of the runner-up. */
  margin: number;
  /** Share of this language's counted tokens on which the feature fires, and the mean of the other languages' shares. */
  active_fraction: number;
  active_elsewhere: number;
  /** How specific its means are, from 0 (the same everywhere) to 1 (one language alone); null where none is above 0. */
  tau: number | null;
  /** v over comparisons that lack one of the other languages each: from the least to the most; null with two languages. */
  leave_one_out: Interval | null;
  /** Share of its summed activation on this language that is at the first position of texts. */
  first_position_share: number;
  n_texts: number;
  n_tokens: number;
  /** Fraction of variance that the layer's dictionary leaves unexplained on this language; null where nobody looked. */
  fvu: number | null;
  /**
   * unrebuilt: that is so much that what the dictionary finds there is not to be trusted. sink: most of its activation sits at the first position. shared: the runner-up has at least half of its mean. not-own:
   * the runner-up has a higher mean. silent: it fires on no counted token of this language.
   */
  flags: ("unrebuilt" | "sink" | "shared" | "not-own" | "silent")[];
}

/** Above it, a feature is that of the sink at the first position. */
export const SINK_SHARE = 0.5;

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
        .flatMap(({ code, k }) => placesOf(run, l, code, k, topK)),
    );
}

function placesOf(
  run: ScoredRun,
  layer: number,
  language: string,
  k: number,
  topK: number,
): RankedFeature[] {
  const ranking = run.rankings.get(layer);
  if (ranking === undefined) return [];
  const { features, index, value } = ranking;
  const byV = run.byV?.get(layer);
  const most = Math.min(topK, rankedCount(run, layer, k));
  return Array.from({ length: most }, (_, place) => {
    const feature = index[k * features + place] as number;
    const score = value[k * features + place] as number;
    const at = { layer, language, rank: place + 1, feature };
    return byV === undefined ? { ...at, v: score } : { ...at, v: vIn(byV, k, feature), score };
  });
}

/** How many features of a language, by its row, are ranked at a layer: all of the dictionary by v, maybe fewer by another measure. */
export const rankedCount = (run: ScoredRun, layer: number, k: number): number =>
  run.ranked?.get(layer)?.[k] ?? run.rankings.get(layer)?.features ?? 0;

/** The same of each of these languages at each of these layers. */
export const rankedCounts = (
  run: ScoredRun,
  layers: readonly number[],
  languages: readonly string[],
): number[] =>
  layers.flatMap((layer) =>
    languages.map((code) => rankedCount(run, layer, run.meta.languages.indexOf(code))),
  );

/** v of a feature on a language. @param byV the ranking by v */
export function vIn({ features, index, value }: Ranking, k: number, feature: number): number {
  const own = index.subarray(k * features, (k + 1) * features);
  return value[k * features + own.indexOf(feature)] as number;
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
  const means = Float64Array.from(columnOf(statistics, statistics.mean, feature));
  const { runnerUp, margin } = marginOf(means, k);
  const mean = statistics.mean[at] as number;
  const error = statistics.standardError[at] as number;
  const runnerUpMean = means[runnerUp] as number;
  const flags: TopFeature["flags"] = [];
  if (isNotRebuilt(run, ranked.layer, language)) flags.push("unrebuilt");
  const firstShare = statistics.firstShare[at] as number;
  if (firstShare > SINK_SHARE) flags.push("sink");
  if (statistics.activeFraction[at] === 0) flags.push("silent");
  if (runnerUpMean > mean) flags.push("not-own");
  else if (mean > 0 && runnerUpMean >= mean / 2) flags.push("shared");
  return {
    ...ranked,
    standard_error: Number.isFinite(error) ? error : null,
    mean,
    runner_up: languages[runnerUp] as string,
    runner_up_mean: runnerUpMean,
    margin,
    active_fraction: statistics.activeFraction[at] as number,
    active_elsewhere: meanOfOthers(columnOf(statistics, statistics.activeFraction, feature), k),
    tau: specificity(means),
    leave_one_out: leaveOneOutRange(means, k),
    ...evidenceOf(run, ranked, means),
    first_position_share: firstShare,
    n_texts: run.meta.texts[language] ?? 0,
    n_tokens: run.meta.tokens_counted[language] ?? 0,
    fvu: knownFvu(run.fidelity, ranked.layer, language),
    flags,
  };
}
