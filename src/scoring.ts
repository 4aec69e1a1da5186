import { languageStatistics, type Pool } from "./reduce/language-sums.js";
import { type Ranking, rank, vScores } from "./reduce/v-score.js";
import { Room } from "./room.js";
import type { LayerStatistics } from "./runs/score-files.js";
import type { LanguageSums } from "./runs/sums-file.js";

/** Of one layer. */
export interface LayerScores {
  layer: number;
  statistics: LayerStatistics;
  ranking: Ranking;
}

/**
 * From per-text sums to v-scores, layer by layer, so that one layer is in memory at a time. The only way to them: a run's own scores and
 * those of any re-reduction of its sums come from here, so that over the same languages they are the same bytes.
 *
 * @param languages in config order @param layers in config order
 */
export function* scoreLayers(
  languages: readonly LanguageSums[],
  layers: readonly number[],
  { pool }: { pool: Pool },
): Generator<LayerScores> {
  const room = new Room();
  for (const layer of layers) yield scoreLayer(languages, layer, pool, room);
}

function scoreLayer(
  languages: readonly LanguageSums[],
  layer: number,
  pool: Pool,
  room: Room,
): LayerScores {
  const K = languages.length;
  const means: Float64Array[] = [];
  let statistics: LayerStatistics | undefined;
  for (const [k, { language, counted, layers }] of languages.entries()) {
    const sums = layers.get(layer, room);
    if (sums === undefined) throw new Error(`the sums of ${language} lack layer ${layer}`);
    const F = sums.features;
    statistics ??= emptyStatistics(K, F);
    if (F !== statistics.features)
      throw new Error(
        `the sums of ${language} have ${F} features at layer ${layer}, expected ${statistics.features}`,
      );
    const own = languageStatistics(sums, counted, pool);
    statistics.mean.set(own.mean, k * F);
    statistics.activeFraction.set(own.activeFraction, k * F);
    statistics.standardError.set(own.standardError, k * F);
    statistics.firstShare.set(own.firstShare, k * F);
    means.push(own.mean);
  }
  const ranking = rank(vScores(means));
  return { layer, statistics: statistics ?? emptyStatistics(0, 0), ranking };
}

function emptyStatistics(languages: number, features: number): LayerStatistics {
  const table = () => new Float32Array(languages * features);
  return {
    ...{ languages, features, mean: table(), activeFraction: table() },
    ...{ standardError: table(), firstShare: table() },
  };
}

/** Whether nothing was measured on a layer: every feature is silent in every language. */
export const isSilent = ({ activeFraction }: LayerStatistics): boolean =>
  activeFraction.every((share) => share === 0);

/** What a reader of the scores must know of such layers. */
export const silenceWarnings = (silent: readonly number[]): string[] =>
  silent.map(
    (layer) =>
      `layer ${layer}: no feature fires on any counted token; its scores are all 0 and rank nothing`,
  );
