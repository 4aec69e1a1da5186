import type { Ranking } from "../reduce/v-score.js";
import type { FinishedRun } from "../runs/read.js";
import type { LayerStatistics } from "../runs/score-files.js";
import { vIn } from "../runs/top-features.js";

/** Where a feature is a language feature. */
export interface Place {
  /** Row of the language in the run's order. */
  language: number;
  /** From 1. */
  rank: number;
  v: number;
  /** v(f, L) / μ(f, L): the part of its mean on L that its mean on the other languages does not explain; 0 where μ ≤ 0. */
  own: number;
}

/** A layer's language features by number, each with its places by falling v (ties: the run's order of languages). */
export type LanguageFeatures = ReadonlyMap<number, readonly Place[]>;

/** A ranking by another measure than v: where v stands, and how many features of each language are ranked. */
interface OtherRanking {
  byV: Ranking | undefined;
  ranked: readonly number[] | undefined;
}

/** Feature f is a language feature of L where its rank in L's ranking is at most `among` and v(f, L) > 0. */
export function languageFeatures(
  { languages, features, index, value }: Ranking,
  { mean }: Pick<LayerStatistics, "mean">,
  among: number,
  { byV, ranked }: OtherRanking = { byV: undefined, ranked: undefined },
): LanguageFeatures {
  const found = new Map<number, Place[]>();
  for (let language = 0; language < languages; language++) {
    const row = language * features;
    const most = Math.min(among, ranked?.[language] ?? features);
    for (let place = 0; place < most; place++) {
      const feature = index[row + place] as number;
      const v = byV === undefined ? (value[row + place] as number) : vIn(byV, language, feature);
      if (v <= 0) continue;
      const mu = mean[row + feature] as number;
      const entry = { language, rank: place + 1, v, own: mu > 0 ? v / mu : 0 };
      const places = found.get(feature);
      if (places === undefined) found.set(feature, [entry]);
      else places.push(entry);
    }
  }
  for (const places of found.values()) places.sort((a, b) => b.v - a.v);
  return found;
}

type RankedRun = Pick<FinishedRun, "name" | "rankings" | "statistics" | "byV" | "ranked">;

/** The same of a layer of a run, by whatever measure the run is ranked. */
export function languageFeaturesOf(
  { name, rankings, statistics, byV, ranked }: RankedRun,
  layer: number,
  among: number,
): LanguageFeatures {
  const [ranking, means] = [rankings.get(layer), statistics.get(layer)];
  if (ranking === undefined || means === undefined)
    throw new Error(`the run ${name} has no layer ${layer}`);
  const other = { byV: byV?.get(layer), ranked: ranked?.get(layer) };
  return languageFeatures(ranking, means, among, other);
}

/** How many of a layer's features are language features, and how many features it has. */
export interface FeatureCount {
  layer: number;
  language: number;
  all: number;
}

/** For each of these layers. */
export function countLanguageFeatures(
  run: RankedRun,
  layers: readonly number[],
  among: number,
): FeatureCount[] {
  return layers.map((layer) => {
    const { size } = languageFeaturesOf(run, layer, among);
    return { layer, language: size, all: run.rankings.get(layer)?.features ?? 0 };
  });
}
