import { Draws, seedOf } from "./random.js";

export interface Interval {
  lo: number;
  hi: number;
}

/** Resamples of which an interval is made, and its ends as shares of them. */
const RESAMPLES = 1000;
const TAIL = 0.025;
/** An interval needs such a share of resamples that have a value. */
const LEAST_VALID = 0.95;

/**
 * Resamples of independent units (texts, or the ids that translations share), drawn once and used for every number, so that
 * differences between languages and settings are taken within a resample.
 */
export class Bootstrap {
  /** [resample][unit]: how often the unit was drawn. */
  private readonly counts: Uint16Array[];

  /** @param units how many there are */
  constructor(
    readonly units: number,
    private readonly seed: number,
    resamples = RESAMPLES,
  ) {
    const draws = new Draws(seed);
    this.counts = Array.from({ length: resamples }, () => {
      const counts = new Uint16Array(units);
      for (let draw = 0; draw < units; draw++) {
        const unit = draws.below(units);
        counts[unit] = (counts[unit] as number) + 1;
      }
      return counts;
    });
  }

  /**
   * Σ numerator / Σ denominator in every resample, each entry counted as often as its unit was drawn; NaN where nothing of the
   * denominator was drawn.
   *
   * @param unitOf the unit of each entry
   */
  ratios(
    numerator: ArrayLike<number>,
    denominator: ArrayLike<number>,
    unitOf: ArrayLike<number>,
  ): Float64Array {
    return Float64Array.from(this.counts, (counts) => {
      let [above, below] = [0, 0];
      for (let at = 0; at < numerator.length; at++) {
        const times = counts[unitOf[at] as number] as number;
        above += times * (numerator[at] as number);
        below += times * (denominator[at] as number);
      }
      return below === 0 ? Number.NaN : above / below;
    });
  }

  /**
   * The mean of what several draws of a control gave: in every resample of as many of them, drawn anew, so that its spread is also
   * that of the draws. A single draw stays as it is.
   *
   * @param each by draw, its value in every resample
   * @param purpose other draws for another
   */
  overDraws(each: readonly Float64Array[], purpose: string): Float64Array {
    const [first] = each;
    if (first === undefined) throw new Error("a control without draws");
    if (each.length === 1) return first;
    const draws = new Draws(seedOf(this.seed, purpose));
    return first.map((_, resample) => {
      let sum = 0;
      for (let draw = 0; draw < each.length; draw++)
        sum += each[draws.below(each.length)]?.[resample] as number;
      return sum / each.length;
    });
  }
}

/** A value, and the same in every resample. */
export interface Sampled {
  value: number;
  samples: Float64Array;
}

/** A value with its interval, as results tell it. @param units how many were resampled */
export const estimateOf = (
  { value, samples }: Sampled,
  units: number,
): { value: number; interval: Interval | null } => ({
  value,
  interval: percentileInterval(samples, units),
});

/** What one is more than another, resample by resample. */
export const lessSampled = (a: Sampled, b: Sampled): Sampled => ({
  value: a.value - b.value,
  samples: a.samples.map((each, at) => each - (b.samples[at] as number)),
});

/**
 * The 95 % percentile interval of resampled values. Resamples in which nothing of a language was drawn have none and are left out;
 * null where these are more than one in twenty, or for fewer than two units.
 */
export function percentileInterval(values: Float64Array, units: number): Interval | null {
  const sorted = values.filter((value) => !Number.isNaN(value)).toSorted();
  if (units < 2 || sorted.length < LEAST_VALID * values.length) return null;
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] as number;
  return { lo: at(TAIL), hi: at(1 - TAIL) };
}
