import type { Ranking } from "../reduce/v-score.js";
import type { ScoredRun } from "../runs/read.js";

/** How much of their best features two languages of a run share at a layer. */
export interface Overlap {
  layer: number;
  first: string;
  second: string;
  /** |A ∩ B| / |A ∪ B| of the top-k features, by what the run is ranked. */
  jaccard: number;
}

/** Every pair of languages, also of one with itself, at each of these layers. */
export function overlaps(run: ScoredRun, layers: readonly number[], topK: number): Overlap[] {
  return layers.flatMap((layer) => {
    const best = bestByLanguage(run, layer, topK);
    return best.flatMap(([first, a]) =>
      best.map(([second, b]) => {
        const shared = a.intersection(b).size;
        return { layer, first, second, jaccard: shared / (a.size + b.size - shared) };
      }),
    );
  });
}

export interface OwnShare {
  layer: number;
  language: string;
  /** Of the language's top-k features, the share that is in no other language's top k. */
  share: number;
  /** How many those are. */
  alone: number;
}

export function ownShares(run: ScoredRun, layers: readonly number[], topK: number): OwnShare[] {
  return layers.flatMap((layer) => {
    const best = bestByLanguage(run, layer, topK);
    return best.map(([language, own]) => {
      const others = best.filter(([code]) => code !== language).map(([, features]) => features);
      const alone = [...own].filter((feature) => !others.some((other) => other.has(feature)));
      return { layer, language, share: alone.length / own.size, alone: alone.length };
    });
  });
}

function bestByLanguage(run: ScoredRun, layer: number, topK: number): [string, Set<number>][] {
  const { features, index } = run.rankings.get(layer) as Ranking;
  return run.meta.languages.map((language, k) => [
    language,
    new Set(index.subarray(k * features, k * features + Math.min(topK, features))),
  ]);
}
