import type { LayerTextSums } from "./text-sums.js";

export type Pool = "token" | "text";

/** Statistics of one layer on one language; every array has one entry per feature (length F). */
export interface LanguageStatistics {
  /** μ(f, L), f64. */
  mean: Float64Array;
  /** Standard error of μ, texts as the independent units; NaN with fewer than two texts. */
  standardError: Float64Array;
  /** Share of the counted tokens on which the feature is not zero. */
  activeFraction: Float64Array;
  /** Share of the feature's summed activation that sits at the first position of texts; 0 where it never fires. */
  firstShare: Float64Array;
}

/**
 * Reduces one language's per-text sums. With S_t the sum and n_t the counted tokens of text t:
 *
 * - pool "token" (Deng et al. 2025): μ = Σ S_t / Σ n_t, and, as for any ratio estimator over clusters,
 *   SE = √(T/(T−1) · Σ (S_t − μ n_t)²) / Σ n_t;
 * - pool "text": μ = mean of S_t / n_t, SE = their standard deviation / √T.
 *
 * Texts without a counted token are left out (T counts the others).
 *
 * @param counted n_t, length T
 */
export function languageStatistics(
  sums: LayerTextSums,
  counted: Uint32Array,
  pool: Pool,
): LanguageStatistics {
  const { features, indptr } = sums;
  const used = [...counted.keys()].filter((t) => (counted[t] as number) > 0);
  const texts = used.length;
  const tokens = used.reduce((total, t) => total + (counted[t] as number), 0);
  if (tokens === 0) throw new Error("a language without a counted token has no mean");

  const total = new Float64Array(features);
  const active = new Float64Array(features);
  const poolSum = new Float64Array(features);
  // Σ x_t², Σ x_t n_t over the texts where x_t ≠ 0, x_t being S_t or, with pool "text", S_t / n_t.
  const squares = new Float64Array(features);
  const cross = new Float64Array(features);
  for (const t of used) {
    const n = counted[t] as number;
    const end = indptr[t + 1] as number;
    for (let at = indptr[t] as number; at < end; at++) {
      const f = sums.feature[at] as number;
      const sum = sums.sum[at] as number;
      const x = pool === "token" ? sum : sum / n;
      total[f] = (total[f] as number) + sum;
      active[f] = (active[f] as number) + (sums.active[at] as number);
      poolSum[f] = (poolSum[f] as number) + x;
      squares[f] = (squares[f] as number) + x * x;
      cross[f] = (cross[f] as number) + x * (pool === "token" ? n : 1);
    }
  }
  const weight = pool === "token" ? tokens : texts;
  const weightSquares =
    pool === "token" ? used.reduce((s, t) => s + (counted[t] as number) ** 2, 0) : texts;
  const mean = poolSum.map((s) => s / weight);
  const standardError = mean.map((m, f) => {
    if (texts < 2) return Number.NaN;
    const residuals = (squares[f] as number) - 2 * m * (cross[f] as number) + m * m * weightSquares;
    return Math.sqrt((texts / (texts - 1)) * Math.max(0, residuals)) / weight;
  });
  const firstShare = new Float64Array(features);
  for (const [i, f] of sums.first.feature.entries()) {
    const everywhere = (total[f] as number) + (sums.first.uncounted[i] as number);
    if (everywhere !== 0) firstShare[f] = (sums.first.sum[i] as number) / everywhere;
  }
  return { mean, standardError, activeFraction: active.map((a) => a / tokens), firstShare };
}
