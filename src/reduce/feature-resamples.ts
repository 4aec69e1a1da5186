import { type FeatureColumns, featureMeans, languageWeights } from "./feature-columns.js";
import { expectUnitsOf } from "./text-units.js";
import { addDrawn, type UnitResamples } from "./unit-resamples.js";

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
  ) {
    const { start, row, sum, divisor, languageOf, weight, languages } = columns;
    const { resamples, counts, units } = drawn;
    expectUnitsOf(units, columns);
    const weights = languageWeights(columns);
    this.languages = languages;
    this.means = featureMeans(columns, feature, weights);
    this.influence = weight.map((w, r) => {
      const l = languageOf[r] as number;
      return (-(this.means[l] as number) * w) / (weights[l] as number);
    });
    this.resampled = new Float64Array(languages * resamples);
    const end = start[feature + 1] as number;
    for (let at = start[feature] as number; at < end; at++) {
      const r = row[at] as number;
      const l = languageOf[r] as number;
      const x = (sum[at] as number) / (divisor[r] as number);
      this.influence[r] = (this.influence[r] as number) + x / (weights[l] as number);
      const from = (units.unitOf[r] as number) * resamples;
      addDrawn(this.resampled, l * resamples, x, { counts, from, resamples });
    }
    for (const [at, weight] of drawn.weights.entries())
      this.resampled[at] = (this.resampled[at] as number) / weight;
  }

  /**
   * Σ g_L μ(f, L). Its standard error, that of a difference of ratios over clusters, is √(Σ n / (n − 1) · Σ (u − ū)²) over the samples
   * of n units, u being the sum of g × influence over a unit's texts; standardError* is the same over what was drawn, the influences
   * as they are.
   *
   * @param coefficients g by language
   */
  contrast(coefficients: readonly number[]): Contrast {
    const { resamples } = this.drawn;
    const influence = this.influenceOn(coefficients);
    const value = dot(coefficients, (l) => this.means[l] as number, this.languages);
    const size = dot(
      coefficients.map(Math.abs),
      (l) => Math.abs(this.means[l] as number),
      this.languages,
    );
    const resampled = Float64Array.from({ length: resamples }, (_, b) =>
      dot(coefficients, (l) => this.resampled[l * resamples + b] as number, this.languages),
    );
    const samples = this.samplesOf(coefficients);
    return contrastOf({ value, size, influence, resampled }, this.drawn, samples);
  }

  private influenceOn(coefficients: readonly number[]): Float64Array {
    const { units, unitOf } = this.drawn.units;
    const u = new Float64Array(units);
    for (const [row, unit] of unitOf.entries()) {
      const g = coefficients[this.columns.languageOf[row] as number] as number;
      if (unit >= 0) u[unit] = (u[unit] as number) + g * (this.influence[row] as number);
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
  { resamples, counts }: UnitResamples,
  samples: readonly Sample[],
): Contrast {
  const { value, influence, resampled } = found;
  const variance = new Float64Array(resamples);
  for (const { start, end } of samples) {
    const [sums, squares] = [new Float64Array(resamples), new Float64Array(resamples)];
    for (let unit = start; unit < end; unit++) {
      const u = influence[unit] as number;
      const from = unit * resamples;
      for (let b = 0; b < resamples; b++) {
        const drawn = (counts[from + b] as number) * u;
        sums[b] = (sums[b] as number) + drawn;
        squares[b] = (squares[b] as number) + drawn * u;
      }
    }
    for (let b = 0; b < resamples; b++)
      variance[b] =
        (variance[b] as number) + spreadOf(sums[b] as number, squares[b] as number, end - start);
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
    drawn,
    allSamples(drawn),
  );
}

/** n / (n − 1) · Σ (u − ū)²; 0 where it is but rounding. */
function spreadOf(sum: number, squares: number, n: number): number {
  const spread = squares - (sum * sum) / n;
  return spread <= ROUNDING * squares ? (n < 2 ? Number.NaN : 0) : (n / (n - 1)) * spread;
}

function dot(g: readonly number[], of: (language: number) => number, languages: number): number {
  let sum = 0;
  // A language that is no part of it may lack in a resample.
  for (let l = 0; l < languages; l++) if (g[l] !== 0) sum += (g[l] as number) * of(l);
  return sum;
}
