import { type LanguageStatistics, languageStatistics, type Pool } from "./reduce/language-sums.js";
import { type Ranking, rank, vScores } from "./reduce/v-score.js";
import type { LayerStatistics } from "./runs/score-files.js";
import type { LanguageSums } from "./runs/sums-file.js";

export interface Scores {
  statistics: Map<number, LayerStatistics>;
  rankings: Map<number, Ranking>;
}

/**
 * From per-text sums to v-scores. The only way to them: a run's own scores and those of any re-reduction of its sums come
 * from here, so that over the same languages they are the same bytes.
 *
 * @param languages in config order @param layers in config order
 */
export function scoreLayers(
  languages: readonly LanguageSums[],
  layers: readonly number[],
  { pool }: { pool: Pool },
): Scores {
  const scores: Scores = { statistics: new Map(), rankings: new Map() };
  for (const layer of layers) {
    const perLanguage = languages.map((language) => {
      const sums = language.layers.get(layer);
      if (sums === undefined)
        throw new Error(`the sums of ${language.language} lack layer ${layer}`);
      return languageStatistics(sums, language.counted, pool);
    });
    const features = perLanguage[0]?.mean.length ?? 0;
    const table = (pick: (statistics: LanguageStatistics) => Float64Array): Float32Array => {
      const flat = new Float32Array(languages.length * features);
      for (const [k, statistics] of perLanguage.entries()) flat.set(pick(statistics), k * features);
      return flat;
    };
    scores.statistics.set(layer, {
      languages: languages.length,
      features,
      mean: table((s) => s.mean),
      activeFraction: table((s) => s.activeFraction),
      standardError: table((s) => s.standardError),
      firstShare: table((s) => s.firstShare),
    });
    scores.rankings.set(layer, rank(vScores(perLanguage.map((s) => s.mean))));
  }
  return scores;
}

/** Layers on which nothing was measured: every feature is silent in every language. */
const silentLayers = ({ statistics }: Scores): number[] =>
  [...statistics]
    .filter(([, { activeFraction }]) => activeFraction.every((share) => share === 0))
    .map(([layer]) => layer);

/** What a reader of the scores must know of such layers. */
export const silenceWarnings = (scores: Scores): string[] =>
  silentLayers(scores).map(
    (layer) =>
      `layer ${layer}: no feature fires on any counted token; its scores are all 0 and rank nothing`,
  );
