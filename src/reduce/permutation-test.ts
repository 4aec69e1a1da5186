import { largestOf, leastEqual } from "./family-wise.js";
import { CellReader } from "./feature-cells.js";
import type { FeatureColumns } from "./feature-columns.js";
import { LabelKernel, type NullTest, SLOTS } from "./label-kernel.js";
import type { LabelPermutations } from "./label-permutations.js";
import { NullScale } from "./null-scale.js";

/** The test of some features of a layer on every language. */
export interface PermutationTest {
  languages: number;
  /** The tested features, rising: those with an entry. The others never fire and have nothing to test. */
  feature: Uint32Array;
  /** [tested, K], row-major: t = (v − its mean over permutations) / σ0; 0 where no exchange of labels can change v. */
  statistic: Float64Array;
  /** [tested, K]: (1 + number of permutations with t* ≥ t) / (B + 1), one-sided for large v. */
  p: Float64Array;
  /** By permutation: the largest t* of any tested feature on any language; −∞ where none is tested. */
  maxima: Float64Array;
}

/** Entries of so many are read again for every block of permutations. */
const ENTRIES_AT_ONCE = 1 << 16;

/**
 * Tests v of all features from `from` up to `to`. No number hangs on the range: tests of parts of a layer are joined by `joinTests`.
 * The p of one feature is exact under the null (Phipson & Smyth 2010) whatever σ0 is, since permutations do not change σ0; dividing
 * by it makes features of all sizes count alike in the maximum (Westfall & Young 1993). Of a parallel corpus that is complete, the
 * mean of v over permutations is 0.
 */
export function permutationTest(
  columns: FeatureColumns,
  permutations: LabelPermutations,
  from = 0,
  to = columns.features,
): PermutationTest {
  if (!(from >= 0 && from <= to && to <= columns.features))
    throw new Error(`found features ${from} to ${to}, expected them within ${columns.features}`);
  const { languages } = columns;
  const tested: number[] = [];
  for (let f = from; f < to; f++) if (columns.start[f + 1] !== columns.start[f]) tested.push(f);
  const observed = new Float64Array(languages);
  for (const [c, l] of permutations.labelOf.entries())
    observed[l] = (observed[l] as number) + (permutations.weightOf[c] as number);
  const scale = new NullScale(permutations);
  const cells = new CellReader(columns, permutations);
  const statistic = new Float64Array(tested.length * languages);
  const exceeding = new Uint32Array(tested.length * languages);
  const maxima = new Float64Array(permutations.permutations).fill(Number.NEGATIVE_INFINITY);
  const reciprocals = reciprocalsOf(permutations);
  const room = ENTRIES_AT_ONCE + permutations.labelOf.length;
  const kernel = new LabelKernel(languages, permutations.labelOf.length, room);

  for (let first = 0; first < tested.length; ) {
    const group: Tested[] = [];
    for (let entries = 0; first < tested.length && entries < ENTRIES_AT_ONCE; first++) {
      const read = cells.of(tested[first] as number);
      entries += read.cell.length;
      const { sigma, mean } = scale.of(read);
      const factor = sigma.map((each) => (each === 0 ? 0 : languages / ((languages - 1) * each)));
      const middle = mean.reduce((sum, each) => sum + each, 0) / languages;
      const shift = mean.map((each, l) => (each - middle) * (factor[l] as number));
      const row = first * languages;
      const t = statistic.subarray(row, row + languages);
      const sums = t.slice();
      for (const [at, c] of read.cell.entries()) {
        const l = permutations.labelOf[c] as number;
        sums[l] = (sums[l] as number) + (read.x[at] as number);
      }
      const means = sums.map((sum, l) => sum / (observed[l] as number));
      const average = means.reduce((sum, mean) => sum + mean, 0) / languages;
      for (let l = 0; l < languages; l++)
        t[l] = ((means[l] as number) - average) * (factor[l] as number) - (shift[l] as number);
      group.push({
        kept: kernel.keep(read),
        factor,
        shift,
        least: t.map(leastEqual),
        exceeding: exceeding.subarray(row, row + languages),
      });
    }
    countExceeding(group, kernel, permutations, reciprocals, maxima);
    kernel.clear();
  }
  return {
    languages,
    feature: Uint32Array.from(tested),
    statistic,
    p: Float64Array.from(exceeding, (n) => (1 + n) / (permutations.permutations + 1)),
    maxima,
  };
}

interface Tested extends NullTest {
  /** What `LabelKernel.keep` gave. */
  kept: { from: number; to: number };
  exceeding: Uint32Array;
}

/** All blocks of permutations of a group of features, whose entries stay in the cache as a block's labels do. */
function countExceeding(
  group: readonly Tested[],
  kernel: LabelKernel,
  { languages, blocks }: LabelPermutations,
  reciprocals: readonly Float64Array[],
  maxima: Float64Array,
): void {
  for (const [at, { permutations, labels }] of blocks.entries()) {
    const largest = maxima.subarray(at * SLOTS, at * SLOTS + permutations);
    kernel.begin(labels, reciprocals[at] as Float64Array, largest);
    for (const tested of group) {
      const found = kernel.exceeding(tested.kept, tested);
      for (let l = 0; l < languages; l++)
        tested.exceeding[l] = (tested.exceeding[l] as number) + (found[l] as number);
    }
    largest.set(kernel.end().subarray(0, permutations));
  }
}

/** By block, 1 / the weights of each label in its permutations, at l · SLOTS + b; NaN in slots without a permutation. */
const reciprocalsOf = ({ languages, blocks, weights }: LabelPermutations): Float64Array[] =>
  blocks.map(({ permutations }, at) => {
    const table = new Float64Array(languages * SLOTS).fill(Number.NaN);
    for (let b = 0; b < permutations; b++)
      for (let l = 0; l < languages; l++)
        table[l * SLOTS + b] = 1 / (weights[(at * SLOTS + b) * languages + l] as number);
    return table;
  });

/** The test of all from tests of its parts, made with the same permutations. */
export function joinTests(parts: readonly PermutationTest[]): PermutationTest {
  const [first] = parts;
  if (first === undefined) throw new Error("found no tests to join, expected at least one");
  return {
    languages: first.languages,
    feature: Uint32Array.from(parts.flatMap((part) => [...part.feature])),
    statistic: concatenated(parts.map((part) => part.statistic)),
    p: concatenated(parts.map((part) => part.p)),
    maxima: largestOf(parts.map((part) => part.maxima)),
  };
}

/** One array of several. */
export function concatenated(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
