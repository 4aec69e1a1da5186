import type { FeatureColumns } from "./feature-columns.js";
import { meansOfParts } from "./part-means.js";
import { countedTexts } from "./text-effects.js";
import { halfOfUnits, type TextUnits } from "./text-units.js";
import { firstRanked, type Ranking, vScores } from "./v-score.js";

/** Of the N best places of each language's ranking: [K, N], row-major. */
export interface Halvings {
  /**
   * v, on one half of the units, of the feature that the other half ranks at this place; mean over the halves. NaN where none could
   * rank. It is of the place, not of the feature that all texts together put there: that one they have chosen.
   */
  v: Float64Array;
  /** Share of the halves that rank the feature of this place as high. */
  share: Float64Array;
}

/** A feature is as high in a half as it is in all where it is among the best so many there too. */
const TIERS = [10, 100];

/**
 * How v fares on texts that had no part in ranking. The units are halved again and again; one half ranks, the other reports. The best
 * of many features look better than they are on the texts that they were chosen by; what the other half reports does not.
 *
 * @param best N, how many of each language's ranking
 * @param halvings how often the units are halved; each half ranks once
 */
export function halvedScores(
  columns: FeatureColumns,
  units: TextUnits,
  ranking: Ranking,
  { best, halvings, seed }: { best: number; halvings: number; seed: number },
): Halvings {
  const { languages: K, features: F } = ranking;
  const sum = new Float64Array(K * best);
  const chosen = new Float64Array(K * best);
  const deepest = TIERS.at(-1) as number;
  let halves = 0;
  const rounds = Array.from({ length: halvings }, (_, round) =>
    Uint8Array.from(halfOfUnits(units, seed + round), (is) => (is ? 0 : 1)),
  );
  for (const parts of meansOfParts(columns, rounds)) {
    if (parts === null) continue;
    const [one, other] = [vScores(parts[0], parts[0]), vScores(parts[1], parts[1])];
    for (const [ranks, reports] of [
      [one, other],
      [other, one],
    ] as const) {
      halves += 1;
      for (let k = 0; k < K; k++) {
        const first = firstRanked(ranks[k] as Float64Array, Math.max(deepest, best));
        const place = new Map([...first].map((feature, at) => [feature, at]));
        for (let at = 0; at < best; at++) {
          const cell = k * best + at;
          sum[cell] = (sum[cell] as number) + (reports[k]?.[first[at] as number] as number);
          const tier = TIERS.find((most) => at < most) ?? best;
          const feature = ranking.index[k * F + at] as number;
          if ((place.get(feature) ?? tier) < tier) chosen[cell] = (chosen[cell] as number) + 1;
        }
      }
    }
  }
  return {
    v: sum.map((total) => total / halves),
    share: chosen.map((times) => times / halves),
  };
}

/** Whether every language has what can be halved. */
export const canHalve = (columns: FeatureColumns): boolean =>
  countedTexts(columns).every((count) => count >= 2);
