import { type FeatureColumns, languageWeights } from "./feature-columns.js";
import { SLOTS } from "./label-kernel.js";
import { Draws, seedOf } from "./random.js";
import { expectUnitsOf, type TextUnits } from "./text-units.js";

/**
 * Permutations of the languages' labels under the null hypothesis that a feature does not tell them apart. What carries a label is
 * a cell: a unit's texts of one language, tokens and all. Labels are permuted within a stratum: a unit, among the languages that it
 * has, or, where the corpus is not parallel, all texts, so that every language keeps its number of them.
 *
 * One tokenizer cuts the same sentence into many more tokens in one language than in another. So that texts are alike but for their
 * label, sums and weights are in units of their language's mean weight of a cell; no language's mean changes by that. Without it, a
 * language of short texts is found too often (family-wise 7 to 8 % of data sets instead of 5 %, where texts are twice as long in some
 * languages as in others).
 */
export interface LabelPermutations {
  languages: number;
  permutations: number;
  /** By row: its cell, −1 for a row without a counted token. */
  cellOf: Int32Array;
  /** By cell, strata rising. */
  stratumOf: Uint32Array;
  labelOf: Uint8Array;
  weightOf: Float64Array;
  /** By language: what weights and sums of its texts are multiplied with, so that its cells weigh 1 on average. */
  scale: Float64Array;
  /**
   * Labels of SLOTS permutations, in the last block of those that are left: that of cell c in permutation b of a block is at
   * c · SLOTS + b.
   */
  blocks: { permutations: number; labels: Uint8Array }[];
  /** [permutations, K]: what the weights of the cells with a label add up to. */
  weights: Float64Array;
}

/**
 * Draws permutations; they hang on the seed, the ids of units and which languages a unit has, so all layers of a run get the same.
 * The first ones are the same however many are drawn.
 */
export function labelPermutations(
  columns: FeatureColumns,
  units: TextUnits,
  { seed, permutations }: { seed: number; permutations: number },
): LabelPermutations {
  if (!Number.isInteger(permutations) || permutations < 1)
    throw new Error(`found ${permutations} permutations, expected a whole number from 1`);
  expectUnitsOf(units, columns);
  const cells = cellsOf(columns, units);
  const ends = strataEnds(cells.stratumOf);
  const { languages } = columns;
  const count = cells.labelOf.length;
  const isFixed = ends.every((end, at) => {
    const labels = cells.labelOf.subarray(at === 0 ? 0 : ends[at - 1], end);
    return labels.every((label) => label === labels[0]);
  });
  if (isFixed)
    throw new Error("no unit has texts of two languages: found no labels that can be exchanged");

  const draws = new Draws(seedOf(seed, "labels"));
  const shuffled = cells.labelOf.slice();
  const weights = new Float64Array(permutations * languages);
  const blocks: LabelPermutations["blocks"] = [];
  for (let first = 0; first < permutations; first += SLOTS) {
    const drawn = Math.min(SLOTS, permutations - first);
    const labels = new Uint8Array(count * SLOTS);
    for (let b = 0; b < drawn; b++) {
      shuffleWithin(ends, shuffled, draws);
      const row = (first + b) * languages;
      for (let c = 0; c < count; c++) {
        const label = shuffled[c] as number;
        labels[c * SLOTS + b] = label;
        weights[row + label] = (weights[row + label] as number) + (cells.weightOf[c] as number);
      }
    }
    blocks.push({ permutations: drawn, labels });
  }
  return { languages, permutations, ...cells, blocks, weights };
}

/** Fisher–Yates, stratum by stratum, of what the last permutation left. */
function shuffleWithin(ends: readonly number[], labels: Uint8Array, draws: Draws): void {
  let start = 0;
  for (const end of ends) {
    for (let at = end - 1; at > start; at--) {
      const other = start + draws.below(at - start + 1);
      const label = labels[at] as number;
      labels[at] = labels[other] as number;
      labels[other] = label;
    }
    start = end;
  }
}

function cellsOf(
  columns: FeatureColumns,
  { isParallel, unitOf }: TextUnits,
): Pick<LabelPermutations, "cellOf" | "stratumOf" | "labelOf" | "weightOf" | "scale"> {
  const { languages, languageOf, weight } = columns;
  // Units by rising number and, in a unit, languages in order; a unit is of one language where the corpus is not parallel.
  const keyOf = (row: number) =>
    isParallel
      ? (unitOf[row] as number) * languages + (languageOf[row] as number)
      : (unitOf[row] as number);
  const rows = [...unitOf.keys()].filter((row) => (unitOf[row] as number) >= 0);
  const cells = [...Map.groupBy(rows, keyOf)].sort(([a], [b]) => a - b).map(([, texts]) => texts);
  const labelOf = Uint8Array.from(cells, ([row]) => languageOf[row as number] as number);
  const scale = languageWeights(columns).map(
    (total, l) => labelOf.filter((label) => label === l).length / total,
  );
  const cellOf = new Int32Array(unitOf.length).fill(-1);
  for (const [cell, texts] of cells.entries()) for (const row of texts) cellOf[row] = cell;
  return {
    cellOf,
    stratumOf: Uint32Array.from(cells, ([row]) =>
      isParallel ? (unitOf[row as number] as number) : 0,
    ),
    labelOf,
    weightOf: Float64Array.from(cells, (texts) =>
      texts.reduce(
        (total, row) =>
          total + (weight[row] as number) * (scale[languageOf[row] as number] as number),
        0,
      ),
    ),
    scale,
  };
}

/** Where each stratum's cells end. */
export function strataEnds(stratumOf: Uint32Array): number[] {
  const ends: number[] = [];
  for (const [cell, stratum] of stratumOf.entries()) ends[stratum] = cell + 1;
  return ends;
}
