import type { Interval } from "./bootstrap.js";
import type { Contrast } from "./feature-resamples.js";

/** How many standard errors a 95 % interval goes below and above its value. */
export interface Reach {
  below: number;
  above: number;
}

const COVERAGE = 0.95;
const TAIL = (1 - COVERAGE) / 2;
/** An interval needs such a share of resamples that have a value. */
const LEAST_VALID = 0.95;

/**
 * The 95 % bootstrap-t interval, on each side the further of its two kinds: the equal-tailed one (Efron 1979; Hall 1988, Theoretical
 * comparison of bootstrap confidence intervals) and the symmetric one of |t| (Hall 1988, On symmetric bootstrap confidence
 * intervals). Sums of few and skewed activations have a skewed t: percentile, BCa and normal intervals are too short for them, each
 * of the two kinds is for some features (test/simulations/coverage.ts). null where too few resamples have a value or a spread.
 */
export function bootstrapT(contrast: Contrast): Interval | null {
  const reach = reachOf([contrast]);
  if (reach === null) return null;
  const { value, standardError } = contrast;
  return { lo: value - reach.below * standardError, hi: value + reach.above * standardError };
}

/** How far intervals of several contrasts go that are to hold their values all at once. */
export function reachOf(contrasts: readonly Contrast[]): Reach | null {
  const [first] = contrasts;
  if (first === undefined) throw new Error("found no contrasts, expected at least one");
  if (contrasts.some(({ standardError }) => Number.isNaN(standardError))) return null;
  /** Of each resample what is picked of its t; those without a value are left out. */
  const sorted = (pick: (a: number, b: number) => number, of = (t: number): number => t) => {
    const picked = first.studentised.map(of);
    for (const { studentised } of contrasts.slice(1))
      for (let b = 0; b < picked.length; b++)
        picked[b] = pick(picked[b] as number, of(studentised[b] as number));
    return picked.filter((t) => !Number.isNaN(t)).sort();
  };
  const least = sorted(Math.min);
  const largest = contrasts.length === 1 ? least : sorted(Math.max);
  if (largest.length < LEAST_VALID * first.studentised.length) return null;
  const symmetric = quantile(sorted(Math.max, Math.abs), COVERAGE);
  const below = Math.max(symmetric, quantile(largest, 1 - TAIL));
  const above = Math.max(symmetric, -quantile(least, TAIL));
  return Number.isFinite(below) && Number.isFinite(above) ? { below, above } : null;
}

/** The number that at least such a share of the sorted ones do not pass. */
const quantile = (sorted: Float64Array, share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length - 1e-9) - 1)] as number;
