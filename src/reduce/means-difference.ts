import { vScores } from "./v-score.js";

/** Means of one layer: a row of features for each language. */
export type LayerMeans = readonly Float64Array[];

const BEST = 50;

/**
 * How far means are from others of the same texts.
 *
 * @param means K rows of F @param truth what they are compared with, in the same order
 * @returns `largest`: max over features and languages of |Δμ| / max(1, |μ|), μ of the truth; `overlap`: mean over languages of the share
 * of the 50 best features by v that both have. Features that do not fire on the language are none of its best; where fewer fire on
 * both, these are compared, and where none does, nothing differs.
 */
export function differenceOfMeans(
  means: LayerMeans,
  truth: LayerMeans,
): { largest: number; overlap: number } {
  let largest = 0;
  for (const [k, row] of truth.entries())
    for (const [f, mean] of row.entries()) {
      const off = Math.abs(((means[k] as Float64Array)[f] as number) - mean);
      largest = Math.max(largest, off / Math.max(1, Math.abs(mean)));
    }
  const [found, expected] = [bestOf(means), bestOf(truth)];
  const shares = expected.map((best, k) => shareOf(found[k] as Set<number>, best));
  return { largest, overlap: shares.reduce((sum, share) => sum + share, 0) / shares.length };
}

/** By language: its best features by v, of those that fire on it. */
function bestOf(means: LayerMeans): Set<number>[] {
  return vScores(means).map((v, k) => {
    const firing = [...v.keys()].filter((f) => (means[k] as Float64Array)[f] !== 0);
    // Stable: equals stay in order of their number, as `rank` has them.
    const falling = firing.sort((a, b) => (v[b] as number) - (v[a] as number));
    return new Set(falling.slice(0, BEST));
  });
}

function shareOf(found: ReadonlySet<number>, expected: ReadonlySet<number>): number {
  const most = Math.max(found.size, expected.size);
  return most === 0 ? 1 : [...expected].filter((f) => found.has(f)).length / most;
}
