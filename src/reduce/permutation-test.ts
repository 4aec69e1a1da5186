import { largestOf, leastEqual } from "./family-wise.js";
import { CellReader, type FeatureCells } from "./feature-cells.js";
import type { FeatureColumns } from "./feature-columns.js";
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
  const reciprocals = permutations.weights.map((w) => 1 / w);

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
        ...read,
        factor,
        shift,
        least: t.map(leastEqual),
        exceeding: exceeding.subarray(row, row + languages),
      });
    }
    countExceeding(group, permutations, reciprocals, maxima);
  }
  return {
    languages,
    feature: Uint32Array.from(tested),
    statistic,
    p: Float64Array.from(exceeding, (n) => (1 + n) / (permutations.permutations + 1)),
    maxima,
  };
}

interface Tested extends FeatureCells {
  /** By language: K / ((K − 1) σ0), which makes t of a mean's distance from the average of all means. */
  factor: Float64Array;
  /** By language: what t would be for the mean of v over permutations. */
  shift: Float64Array;
  least: Float64Array;
  exceeding: Uint32Array;
}

/** The hot loop: all blocks of permutations of a group of features, whose entries stay in the cache as a block's labels do. */
function countExceeding(
  group: readonly Tested[],
  { languages, blocks }: LabelPermutations,
  reciprocals: Float64Array,
  maxima: Float64Array,
): void {
  let firstOfBlock = 0;
  for (const { permutations, slots, labels } of blocks) {
    const sums = new Float64Array(slots * languages);
    for (const { cell, x, factor, shift, least, exceeding } of group) {
      sums.fill(0);
      addByLabel(sums, labels, slots, languages, cell, x);
      for (let b = 0; b < permutations; b++) {
        const base = b * languages;
        const weights = (firstOfBlock + b) * languages;
        let total = 0;
        for (let l = 0; l < languages; l++) {
          const mean = (sums[base + l] as number) * (reciprocals[weights + l] as number);
          sums[base + l] = mean;
          total += mean;
        }
        const average = total / languages;
        let largest = maxima[firstOfBlock + b] as number;
        for (let l = 0; l < languages; l++) {
          const t =
            ((sums[base + l] as number) - average) * (factor[l] as number) - (shift[l] as number);
          if (t >= (least[l] as number)) exceeding[l] = (exceeding[l] as number) + 1;
          if (t > largest) largest = t;
        }
        maxima[firstOfBlock + b] = largest;
      }
    }
    firstOfBlock += permutations;
  }
}

/** Adds each entry to the sum of its cell's label in every slot; four slots at once, which is a third faster than one. */
function addByLabel(
  sums: Float64Array,
  labels: Uint8Array,
  slots: number,
  languages: number,
  cell: ArrayLike<number>,
  x: ArrayLike<number>,
): void {
  for (let at = 0; at < cell.length; at++) {
    const value = x[at] as number;
    let from = (cell[at] as number) * slots;
    const end = from + slots;
    for (let base = 0; from < end; from += 4) {
      const a = (base + (labels[from] as number)) | 0;
      sums[a] = (sums[a] as number) + value;
      base += languages;
      const b = (base + (labels[from + 1] as number)) | 0;
      sums[b] = (sums[b] as number) + value;
      base += languages;
      const c = (base + (labels[from + 2] as number)) | 0;
      sums[c] = (sums[c] as number) + value;
      base += languages;
      const d = (base + (labels[from + 3] as number)) | 0;
      sums[d] = (sums[d] as number) + value;
      base += languages;
    }
  }
}

/** The test of all from tests of its parts, made with the same permutations. */
export function joinTests(parts: readonly PermutationTest[]): PermutationTest {
  const [first] = parts;
  if (first === undefined) throw new Error("found no tests to join, expected at least one");
  const join = (pick: (part: PermutationTest) => Float64Array) =>
    Float64Array.from(parts.flatMap((part) => [...pick(part)]));
  return {
    languages: first.languages,
    feature: Uint32Array.from(parts.flatMap((part) => [...part.feature])),
    statistic: join((part) => part.statistic),
    p: join((part) => part.p),
    maxima: largestOf(parts.map((part) => part.maxima)),
  };
}
