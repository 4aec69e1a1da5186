import { requestError } from "../errors.js";
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
  /** Share of this language's counted tokens on which the feature fires. */
  active_fraction: number;
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
    return statistics === undefined ? [] : [withStatistics(ranked, statistics, run.meta.languages)];
  });
}

function withStatistics(
  ranked: RankedFeature,
  statistics: LayerStatistics,
  languages: readonly string[],
): TopFeature {
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
    active_fraction: statistics.activeFraction[at] as number,
    flags,
  };
}

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
