import type { Interval } from "./bootstrap.js";
import { vScore } from "./v-score.js";

/**
 * τ = Σ (1 − x̂_L) / (K − 1) with x̂ = μ_L / max μ: 0 for means that are all the same, 1 for a feature of one language (Yanai et al.
 * 2005, Genome-wide midrange transcription profiles). Means below 0 count as 0; null where none is above it.
 */
export function specificity(means: Float64Array): number | null {
  const largest = means.reduce((a, b) => Math.max(a, b), 0);
  if (largest === 0) return null;
  const lacking = means.reduce((sum, mean) => sum + 1 - Math.max(mean, 0) / largest, 0);
  return lacking / (means.length - 1);
}

/**
 * The least and the largest v(f, L) of comparisons that lack one of the other languages each: how far v hangs on which languages are
 * compared. null with fewer than three languages.
 */
export function leaveOneOutRange(means: Float64Array, language: number): Interval | null {
  if (means.length < 3) return null;
  const total = means.reduce((sum, mean) => sum + mean, 0);
  const scores = [...means.keys()]
    .filter((left) => left !== language)
    .map((left) =>
      vScore(means[language] as number, total - (means[left] as number), means.length - 1),
    );
  return { lo: Math.min(...scores), hi: Math.max(...scores) };
}
