/**
 * How specific means are: τ = Σ (1 − x̂) / (K − 1), x̂ the means in parts of the largest one; 0 where all are equal, 1 where one alone
 * is not 0 (Yanai et al. 2005, for genes over tissues). Means below 0 count as 0; null where none is above.
 */
export function tauIndex(means: readonly number[]): number | null {
  const largest = Math.max(...means);
  if (!(largest > 0)) return null;
  const rest = means.reduce((sum, mean) => sum + 1 - Math.max(0, mean) / largest, 0);
  return rest / (means.length - 1);
}
