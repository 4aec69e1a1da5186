import { bootstrapT } from "./bootstrap-t.js";
import type { FeatureResamples } from "./feature-resamples.js";

/** The languages that a feature is of. */
export interface LanguageLabel {
  /** By falling mean. */
  languages: number[];
  /** The least mean of these less the largest of the others, and its lower bound. */
  gap: number;
  lower: number;
}

/**
 * Labels a feature with a set of languages S: of the sets of best languages by mean, the one with the largest gap,
 * min over S of μ − max outside S of μ, among those whose gap has a lower bound above 0; the smaller one of equals, null where there
 * is none. The lower bound is the least of the lower bounds of all differences across the gap (Berger 1982, intersection–union): below
 * the true gap in all but 2.5 % of samples for a given S. It does not know that S was chosen.
 */
export function languageLabel(own: FeatureResamples): LanguageLabel | null {
  const { means } = own;
  const order = [...means.keys()].sort((a, b) => (means[b] as number) - (means[a] as number));
  const gaps = order.slice(1).map((next, at) => ({
    size: at + 1,
    gap: (means[order[at] as number] as number) - (means[next] as number),
  }));
  for (const { size, gap } of gaps.sort((a, b) => b.gap - a.gap)) {
    if (gap <= 0) break;
    const lower = lowerBound(own, order.slice(0, size), order.slice(size));
    if (lower !== null && lower > 0) return { languages: order.slice(0, size), gap, lower };
  }
  return null;
}

/** null as soon as one of the differences has no interval, or one that is not above 0. */
function lowerBound(own: FeatureResamples, inside: number[], outside: number[]): number | null {
  let least = Number.POSITIVE_INFINITY;
  // The nearest pairs first: they are the ones to fail.
  for (const a of inside.toReversed())
    for (const b of outside) {
      const interval = bootstrapT(own.difference(a, b));
      if (interval === null || interval.lo <= 0) return null;
      least = Math.min(least, interval.lo);
    }
  return least;
}
