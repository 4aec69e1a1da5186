import type { FeatureColumns } from "./feature-columns.js";
import type { LabelPermutations } from "./label-permutations.js";

/** One feature by cell, its entries in a cell added up. */
export interface FeatureCells {
  cell: Uint32Array;
  /** Σ of the entries' x, in the units of `LabelPermutations.scale`. */
  x: Float64Array;
}

/** Adds a feature's entries up by cell. */
export class CellReader {
  private readonly sums: Float64Array;
  private readonly isTouched: Uint8Array;

  constructor(
    private readonly columns: FeatureColumns,
    private readonly permutations: LabelPermutations,
  ) {
    this.sums = new Float64Array(permutations.labelOf.length);
    this.isTouched = new Uint8Array(permutations.labelOf.length);
  }

  of(feature: number): FeatureCells {
    const { start, row, sum, divisor, languageOf } = this.columns;
    const { cellOf, scale } = this.permutations;
    const touched: number[] = [];
    const end = start[feature + 1] as number;
    for (let at = start[feature] as number; at < end; at++) {
      const r = row[at] as number;
      const c = cellOf[r] as number;
      if (c < 0) throw new Error(`text ${r} has activations, but no label to permute`);
      if (this.isTouched[c] === 0) {
        this.isTouched[c] = 1;
        touched.push(c);
      }
      const x = (sum[at] as number) / (divisor[r] as number);
      this.sums[c] = (this.sums[c] as number) + x * (scale[languageOf[r] as number] as number);
    }
    const cell = Uint32Array.from(touched);
    const x = Float64Array.from(touched, (c) => this.sums[c] as number);
    for (const c of touched) {
      this.sums[c] = 0;
      this.isTouched[c] = 0;
    }
    return { cell, x };
  }
}
