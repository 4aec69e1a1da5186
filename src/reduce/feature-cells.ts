import type { FeatureColumns } from "./feature-columns.js";

/** One feature by cell, its entries in a cell added up. */
export interface FeatureCells {
  cell: Uint32Array;
  /** Σ of the entries' x. */
  x: Float64Array;
}

/** Adds a feature's entries up by cell. */
export class CellReader {
  private readonly sums: Float64Array;
  private readonly isTouched: Uint8Array;

  constructor(
    private readonly columns: FeatureColumns,
    private readonly cellOf: Int32Array,
    cells: number,
  ) {
    this.sums = new Float64Array(cells);
    this.isTouched = new Uint8Array(cells);
  }

  of(feature: number): FeatureCells {
    const { start, row, sum, divisor } = this.columns;
    const touched: number[] = [];
    const end = start[feature + 1] as number;
    for (let at = start[feature] as number; at < end; at++) {
      const r = row[at] as number;
      const c = this.cellOf[r] as number;
      if (this.isTouched[c] === 0) {
        this.isTouched[c] = 1;
        touched.push(c);
      }
      this.sums[c] = (this.sums[c] as number) + (sum[at] as number) / (divisor[r] as number);
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
