import type { Interval, Sampled } from "./bootstrap.js";

/** 0.975 of the normal distribution. */
const Z = 1.959963984540054;

interface Share {
  value: number;
  interval: Interval | null;
}

/**
 * A share of texts with its 95 % interval: Wilson's score interval (1927) for as many independent texts as the resampled units make
 * of them, n = p(1 − p) / variance over the resamples, no more than there are texts. Where all texts agree, resampling knows no
 * spread, and n is the number of units. Null for fewer than two units.
 *
 * @param texts of which it is a share @param units documents that they are of
 */
export function shareEstimate(share: Sampled, { texts, units }: Counts): Share {
  const { value } = share;
  if (units < 2) return { value, interval: null };
  const spread = value * (1 - value);
  const variance = varianceOf(share.samples);
  const n = spread === 0 || variance === 0 ? units : Math.min(texts, spread / variance);
  const middle = (value + Z ** 2 / (2 * n)) / (1 + Z ** 2 / n);
  const half = (Z / (1 + Z ** 2 / n)) * Math.sqrt(spread / n + Z ** 2 / (4 * n ** 2));
  return {
    value,
    interval: { lo: Math.max(0, middle - half), hi: Math.min(1, middle + half) },
  };
}

export interface Counts {
  texts: number;
  units: number;
}

/**
 * What one share is more than another of the same texts: the intervals of both joined by the square of their ends' distances (Newcombe
 * 1998), less what they have in common (Zou & Donner 2008), ρ from the resamples; 0 where one of them knows no spread.
 */
export function shareDifference(a: Sampled, b: Sampled, counts: Counts): Share {
  const value = a.value - b.value;
  const [one, other] = [shareEstimate(a, counts).interval, shareEstimate(b, counts).interval];
  if (one === null || other === null) return { value, interval: null };
  const rho = correlationOf(a.samples, b.samples);
  const joined = (x: number, y: number) => Math.sqrt(Math.max(0, x * x + y * y - 2 * rho * x * y));
  return {
    value,
    interval: {
      lo: Math.max(-1, value - joined(a.value - one.lo, other.hi - b.value)),
      hi: Math.min(1, value + joined(one.hi - a.value, b.value - other.lo)),
    },
  };
}

const meanOf = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function varianceOf(values: Float64Array): number {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

function correlationOf(a: Float64Array, b: Float64Array): number {
  const spread = Math.sqrt(varianceOf(a) * varianceOf(b));
  if (spread === 0) return 0;
  const [one, other] = [meanOf(a), meanOf(b)];
  const shared = a.reduce((sum, value, at) => sum + (value - one) * ((b[at] as number) - other), 0);
  return shared / a.length / spread;
}
