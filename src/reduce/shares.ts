import { estimateOf, type Interval, lessSampled, type Sampled } from "./bootstrap.js";

const TAIL = 0.025;

/**
 * A share with its 95 % interval. Where all units agree, resampling knows no spread: the interval is then the exact one of Clopper
 * and Pearson (1934) for none, or all, of so many independent units: up to 1 − 0.025^(1/n), or from 0.025^(1/n).
 *
 * @param units how many were resampled, of all that is resampled together
 * @param own of them, those that this share is of
 */
export function shareEstimate(
  share: Sampled,
  units: number,
  own: number,
): { value: number; interval: Interval | null } {
  const estimate = estimateOf(share, units);
  return isWidthless(estimate.interval) && (share.value === 0 || share.value === 1)
    ? { value: share.value, interval: exact(share.value, own) }
    : estimate;
}

/** What one share is more than another of the same units; where both are 0 or 1, as far as their exact intervals let it be. */
export function shareDifference(
  a: Sampled,
  b: Sampled,
  units: number,
  own: number,
): { value: number; interval: Interval | null } {
  const difference = estimateOf(lessSampled(a, b), units);
  if (!isWidthless(difference.interval)) return difference;
  const [one, other] = [a, b].map((each) => shareEstimate(each, units, own).interval) as [
    Interval,
    Interval,
  ];
  return {
    value: difference.value,
    interval: { lo: Math.max(-1, one.lo - other.hi), hi: Math.min(1, one.hi - other.lo) },
  };
}

const isWidthless = (interval: Interval | null): interval is Interval =>
  interval !== null && interval.lo === interval.hi;

function exact(value: number, units: number): Interval {
  const bound = TAIL ** (1 / units);
  return value === 0 ? { lo: 0, hi: 1 - bound } : { lo: bound, hi: 1 };
}
