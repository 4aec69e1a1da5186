import { type FeatureColumns, featureMeans, languageWeights } from "./feature-columns.js";
import { ResampleKernel } from "./resample-kernel.js";
import { expectUnitsOf } from "./text-units.js";
import type { UnitResamples } from "./unit-resamples.js";

/** Σ g_L μ(f, L) for some g, its standard error, and its studentised error in every resample. */
export interface Contrast {
  value: number;
  /** NaN where a sample has a single unit. */
  standardError: number;
  /** By unit: what it adds to the error of the value. */
  influence: Float64Array;
  /** value* by resample; NaN for one without a text of a language. */
  resampled: Float64Array;
  /** (value* − value) / standardError* by resample. */
  studentised: Float64Array;
}

/** Of a variance that is a difference of sums, less than this share of them is rounding. */
const ROUNDING = 1e-12;

/** One feature's means in every resample. */
export class FeatureResamples {
  /** μ(f, L) by language. */
  readonly means: Float64Array;
  readonly languages: number;
  /** [K, resamples]: μ*(f, L). */
  private readonly resampled: Float64Array;
  /** By row: what it adds to the error of its language's mean, (x − μ w) / Σ w. */
  private readonly influence: Float64Array;
  private readonly pairs = new Map<number, Contrast>();

  constructor(
    private readonly columns: FeatureColumns,
    private readonly drawn: UnitResamples,
    feature: number,
    private readonly kernel = new ResampleKernel(drawn),
  ) {
    const { start, row, sum, divisor, languageOf, weight, languages } = columns;
    const { resamples, units } = drawn;
    expectUnitsOf(units, columns);
    const weights = languageWeights(columns);
    this.languages = languages;
    this.means = featureMeans(columns, feature, weights);
    this.influence = weight.map((w, r) => {
      const l = languageOf[r] as number;
      return (-(this.means[l] as number) * w) / (weights[l] as number);
    });
    this.resampled = new Float64Array(languages * resamples);
    const [from, end] = [start[feature] as number, start[feature + 1] as number];
    const values = new Float64Array(end - from);
    const unitOf = new Uint32Array(end - from);
    for (let l = 0, at = from; l < languages; l++) {
      let size = 0;
      // Rows go language by language.
      for (; at < end && languageOf[row[at] as number] === l; at++, size++) {
        const r = row[at] as number;
        const x = (sum[at] as number) / (divisor[r] as number);
        this.influence[r] = (this.influence[r] as number) + x / (weights[l] as number);
        values[size] = x;
        unitOf[size] = units.unitOf[r] as number;
      }
      const own = this.resampled.subarray(l * resamples, (l + 1) * resamples);
      kernel.sumDrawn(values, unitOf, size, own);
      for (let b = 0; b < resamples; b++)
        own[b] = (own[b] as number) / (drawn.weights[l * resamples + b] as number);
    }
  }

  /**
   * Σ g_L μ(f, L). Its standard error, that of a difference of ratios over clusters, is √(Σ n / (n − 1) · Σ (u − ū)²) over the samples
   * of n units, u being the sum of g × influence over a unit's texts; standardError* is the same over what was drawn, the influences
   * as they are.
   *
   * @param coefficients g by language
   */
  contrast(coefficients: readonly number[]): Contrast {
    const influence = this.influenceOn(coefficients);
    const value = dot(coefficients, this.means);
    const size = dot(
      coefficients.map(Math.abs),
      this.means.map((mean) => Math.abs(mean)),
    );
    const resampled = this.resampledOn(coefficients);
    const samples = this.samplesOf(coefficients);
    return contrastOf({ value, size, influence, resampled }, this.kernel, samples);
  }

  private resampledOn(coefficients: readonly number[]): Float64Array {
    const { resamples } = this.drawn;
    const sums = new Float64Array(resamples);
    for (const [l, g] of coefficients.entries()) {
      // A language that is no part of it may lack in a resample.
      if (g === 0) continue;
      for (let b = 0; b < resamples; b++)
        sums[b] = (sums[b] as number) + g * (this.resampled[l * resamples + b] as number);
    }
    return sums;
  }

  private influenceOn(coefficients: readonly number[]): Float64Array {
    const { units, unitOf } = this.drawn.units;
    const { languageOf } = this.columns;
    const u = new Float64Array(units);
    for (let row = 0; row < unitOf.length; row++) {
      const unit = unitOf[row] as number;
      if (unit < 0) continue;
      const g = coefficients[languageOf[row] as number] as number;
      u[unit] = (u[unit] as number) + g * (this.influence[row] as number);
    }
    return u;
  }

  /** The samples that have a part in a contrast. */
  private samplesOf(coefficients: readonly number[]): Sample[] {
    const { isParallel } = this.drawn.units;
    return allSamples(this.drawn).filter((_, at) => isParallel || coefficients[at] !== 0);
  }

  /** μ(f, a) − μ(f, b). */
  difference(a: number, b: number): Contrast {
    const key = a * this.languages + b;
    const known = this.pairs.get(key) ?? this.contrast(this.pairOf(a, b));
    this.pairs.set(key, known);
    return known;
  }

  /** Of μ(f, a) − μ(f, b), without its resamples. */
  standardErrorOfDifference(a: number, b: number): number {
    const coefficients = this.pairOf(a, b);
    return standardErrorOf(this.influenceOn(coefficients), this.samplesOf(coefficients));
  }

  private pairOf(a: number, b: number): number[] {
    return Array.from({ length: this.languages }, (_, l) => (l === a ? 1 : l === b ? -1 : 0));
  }

  /** v(f, L). */
  v(language: number): Contrast {
    const others = -1 / (this.languages - 1);
    return this.contrast(
      Array.from({ length: this.languages }, (_, l) => (l === language ? 1 : others)),
    );
  }

  /** How many units the smallest sample has. */
  get units(): number {
    const ends = this.drawn.units.sampleEnds;
    return Math.min(...ends.map((end, at) => end - (at === 0 ? 0 : (ends[at - 1] as number))));
  }
}

/** Units that are drawn from one another. */
interface Sample {
  start: number;
  end: number;
}

const allSamples = ({ units: { sampleEnds } }: UnitResamples): Sample[] =>
  sampleEnds.map((end, at) => ({ start: at === 0 ? 0 : (sampleEnds[at - 1] as number), end }));

/** @param size of the terms of the value: below its rounding, an error is none */
function contrastOf(
  {
    size,
    ...found
  }: Pick<Contrast, "value" | "influence" | "resampled"> & {
    size: number;
  },
  kernel: ResampleKernel,
  samples: readonly Sample[],
): Contrast {
  const { value, influence, resampled } = found;
  const variance = new Float64Array(resampled.length);
  for (const sample of samples) {
    const { sums, squares } = kernel.spread(influence, sample);
    const n = sample.end - sample.start;
    for (let b = 0; b < variance.length; b++)
      variance[b] = (variance[b] as number) + spreadOf(sums[b] as number, squares[b] as number, n);
  }
  const studentised = variance.map((each, b) => {
    const error = (resampled[b] as number) - value;
    // A resample without any spread: of what is the same in all texts, or of none of the few texts that are unlike the others.
    if (each === 0) return Math.abs(error) <= ROUNDING * size ? 0 : error / 0;
    return error / Math.sqrt(each);
  });
  return { ...found, standardError: standardErrorOf(influence, samples), studentised };
}

function standardErrorOf(influence: Float64Array, samples: readonly Sample[]): number {
  let variance = 0;
  for (const { start, end } of samples) {
    let [sum, squares] = [0, 0];
    for (const u of influence.subarray(start, end)) [sum, squares] = [sum + u, squares + u * u];
    variance += spreadOf(sum, squares, end - start);
  }
  return Math.sqrt(variance);
}

/**
 * The ratio of two contrasts of the same units, paired: both are of the same resamples. Its influence is the linear one,
 * (u_above − ratio · u_below) / below. A resample in which `below` is not above 0 has no ratio.
 */
export function ratioOf(above: Contrast, below: Contrast, drawn: UnitResamples): Contrast {
  const value = above.value / below.value;
  const influence = above.influence.map(
    (u, unit) => (u - value * (below.influence[unit] as number)) / below.value,
  );
  const resampled = above.resampled.map((each, b) => {
    const divisor = below.resampled[b] as number;
    return divisor > 0 ? each / divisor : Number.NaN;
  });
  return contrastOf(
    { value, size: 1 + Math.abs(value), influence, resampled },
    new ResampleKernel(drawn),
    allSamples(drawn),
  );
}

/** n / (n − 1) · Σ (u − ū)²; 0 where it is but rounding. */
function spreadOf(sum: number, squares: number, n: number): number {
  const spread = squares - (sum * sum) / n;
  return spread <= ROUNDING * squares ? (n < 2 ? Number.NaN : 0) : (n / (n - 1)) * spread;
}

const dot = (g: readonly number[], each: Float64Array): number =>
  g.reduce((sum, own, l) => sum + own * (each[l] as number), 0);
