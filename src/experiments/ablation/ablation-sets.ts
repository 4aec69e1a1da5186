import { requestError } from "../../errors.js";
import { Draws, seedOf } from "../../reduce/random.js";
import type { Ranking } from "../../reduce/v-score.js";
import type { FinishedRun } from "../../runs/read.js";
import type { LayerStatistics } from "../../runs/score-files.js";
import type { AblationConfig, AblationSet } from "./ablation-result.js";

/** A control is drawn among so many whose mean is nearest, and at most so many times larger or smaller. */
const NEAREST = 10;
const ALIKE = 2;
/** Among so many where none is as near as that. */
const NEAREST_OF_ALL = 3;

/** @throws VscoreError (request) for what names no ranks, or more features than asked for */
export function parseConfigs(text: string | undefined, topK: number): AblationConfig[] {
  if (text === undefined) {
    const ranks = Array.from({ length: topK }, (_, at) => at + 1);
    const single = ranks.map((rank) => ({ name: `top${rank}`, ranks: [rank] }));
    return topK === 1 ? single : [...single, { name: `top${ranks.join("+")}`, ranks }];
  }
  const configs = text.split(",").map((part): AblationConfig => {
    const name = part.trim();
    const ranks = /^top([1-9]\d*(?:\+[1-9]\d*)*)$/.exec(name)?.[1]?.split("+").map(Number);
    if (ranks === undefined || new Set(ranks).size < ranks.length)
      throw requestError(
        `--configs: found ${JSON.stringify(name)}. Expected ranks such as top1, top2 or top1+2, each once. Correct it.`,
      );
    if (Math.max(...ranks) > topK)
      throw requestError(
        `--configs: ${name} needs the ${Math.max(...ranks)} best features, --top-k is ${topK}. Raise --top-k, or leave it out.`,
      );
    return { name, ranks };
  });
  const twice = configs.find(
    ({ name }, at) => configs.findIndex((each) => each.name === name) < at,
  );
  if (twice === undefined) return configs;
  throw requestError(`--configs: ${twice.name} stands there twice. Leave one out.`);
}

/**
 * What is taken out at a layer, one set after the other: each language's best features, and for each set as many random features
 * whose means on that language are nearest to theirs. None of them is among anybody's best, so that where the best are far more
 * active than all others, the nearest are far from them: `means` tells.
 */
export function ablationSets(
  run: FinishedRun,
  layer: number,
  {
    languages,
    configs,
    draws,
    seed,
  }: {
    languages: readonly string[];
    configs: readonly AblationConfig[];
    draws: number;
    seed: number;
  },
): AblationSet[] {
  const ranking = run.rankings.get(layer) as Ranking;
  const statistics = run.statistics.get(layer) as LayerStatistics;
  const most = Math.max(...configs.flatMap(({ ranks }) => ranks));
  if (most > ranking.features)
    throw requestError(
      `--top-k ${most}: the dictionary of layer ${layer} has ${ranking.features} features. Choose fewer.`,
    );
  const row = (language: string) => run.meta.languages.indexOf(language);
  const bestOf = (language: string, rank: number) =>
    ranking.index[row(language) * ranking.features + rank - 1] as number;
  const anybodys = new Set(
    run.meta.languages.flatMap((language) =>
      Array.from({ length: most }, (_, at) => bestOf(language, at + 1)),
    ),
  );
  const meanOn = (language: string, feature: number) =>
    statistics.mean[row(language) * statistics.features + feature] as number;
  return languages.flatMap((ablated) =>
    configs.flatMap(({ name: config, ranks }): AblationSet[] => {
      const features = ranks.map((rank) => bestOf(ablated, rank));
      const means = features.map((feature) => meanOn(ablated, feature));
      const own: AblationSet = { ablated, config, kind: "language", draw: 0, features, means };
      const randoms = Array.from({ length: draws }, (_, draw): AblationSet => {
        const others = alike(
          means,
          (feature) => meanOn(ablated, feature),
          ranking.features,
          anybodys,
          new Draws(seedOf(seed, layer, ablated, config, draw)),
        );
        const means_ = others.map((feature) => meanOn(ablated, feature));
        return { ablated, config, kind: "random", draw, features: others, means: means_ };
      });
      // Where all features are somebody's best there is nothing to draw from.
      return [own, ...randoms.filter(({ features: drawn }) => drawn.length === features.length)];
    }),
  );
}

/** For each mean one feature, drawn among those whose own is nearest; none twice. @see NEAREST */
function alike(
  means: readonly number[],
  meanOf: (feature: number) => number,
  features: number,
  without: ReadonlySet<number>,
  draws: Draws,
): number[] {
  const taken = new Set<number>();
  for (const mean of means) {
    const all = Array.from({ length: features }, (_, feature) => feature)
      .filter((feature) => !without.has(feature) && !taken.has(feature))
      .sort((a, b) => Math.abs(meanOf(a) - mean) - Math.abs(meanOf(b) - mean) || a - b)
      .slice(0, NEAREST);
    const alikes = all.filter(
      (feature) => meanOf(feature) <= mean * ALIKE && meanOf(feature) >= mean / ALIKE,
    );
    const near = alikes.length > 0 ? alikes : all.slice(0, NEAREST_OF_ALL);
    const drawn = near[near.length === 0 ? 0 : draws.below(near.length)];
    if (drawn !== undefined) taken.add(drawn);
  }
  return [...taken];
}

/**
 * What one language is read under at a layer: everybody's features, and its own controls. Sets that are the same go through the
 * model once: `places` tells where each is among the distinct ones.
 */
export function setsOn(language: string, layer: number, sets: readonly AblationSet[]): SetsOn {
  const own = sets.filter(({ kind, ablated }) => kind === "language" || ablated === language);
  return { layer, sets: own, ...distinctSets(own) };
}

/** What a language is read under at a layer. */
export interface SetsOn {
  layer: number;
  sets: AblationSet[];
  distinct: number[][];
  places: number[];
}

/** Sets of features of a layer without repetition, and where each of the given ones is among them. */
export function distinctSets(sets: readonly { features: readonly number[] }[]): {
  distinct: number[][];
  places: number[];
} {
  const known = new Map<string, number>();
  const distinct: number[][] = [];
  const places = sets.map(({ features }) => {
    const sorted = features.toSorted((a, b) => a - b);
    const key = sorted.join(",");
    const place = known.get(key) ?? distinct.length;
    if (place === distinct.length) distinct.push(sorted);
    known.set(key, place);
    return place;
  });
  return { distinct, places };
}
