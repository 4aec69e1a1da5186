import type { FeatureCells } from "./feature-cells.js";
import { counts, f64, f64x2, i32, repeat, step, WasmModule } from "./wasm-module.js";

/** So many permutations are looked at together: their labels of ten thousand cells stay in a core's cache. */
export const SLOTS = 32;
/** Bytes of one number for every slot. */
const ROW = SLOTS * Float64Array.BYTES_PER_ELEMENT;

/** What the module does; sums are at address 0, `end` is where they end. */
const KERNEL = new WasmModule({
  /** Adds each entry from `cell` to before `last` to the sum of its cell's label in every slot. */
  addByLabel: {
    parameters: ["cell", "last", "x", "labels"],
    locals: { at: "i32", sum: "i32", value: "f64" },
    body: (of) => {
      const [cell, last, x, labels] = [of("cell"), of("last"), of("x"), of("labels")];
      const [at, sum, value] = [of("at"), of("sum"), of("value")];
      const slots = Array.from({ length: SLOTS }, (_, slot) => [
        ...[...at.get, ...i32.loadByte(slot), ...i32.constant(Math.log2(ROW)), ...i32.shiftLeft],
        ...[...sum.tee, ...sum.get, ...f64.load(8 * slot), ...value.get, ...f64.add],
        ...f64.store(8 * slot),
      ]);
      return [
        repeat(
          [...cell.get, ...i32.load(0), ...i32.constant(Math.log2(SLOTS)), ...i32.shiftLeft],
          [...labels.get, ...i32.add, ...at.set],
          [...x.get, ...f64.load(0), ...value.set],
          ...slots,
          step(x, 8),
          step(cell, 4),
          [...cell.get, ...last.get, ...i32.isBelow],
        ),
      ];
    },
  },
  /** Makes means of sums, and the average over languages of each slot. */
  average: {
    parameters: ["end", "reciprocal", "average", "languages"],
    locals: { slot: "i32", sum: "i32", scale: "i32", mean: "v128", total: "v128" },
    body: (of) => {
      const [slot, sum, scale] = [of("slot"), of("sum"), of("scale")];
      const [mean, total] = [of("mean"), of("total")];
      return [
        repeat(
          [...slot.get, ...sum.set, ...slot.get, ...of("reciprocal").get, ...i32.add, ...scale.set],
          [...f64x2.zero, ...total.set],
          repeat(
            [...sum.get, ...sum.get, ...f64x2.load(0), ...scale.get, ...f64x2.load(0)],
            [...f64x2.multiply, ...mean.tee, ...f64x2.store(0)],
            [...total.get, ...mean.get, ...f64x2.add, ...total.set],
            step(scale, ROW),
            step(sum, ROW),
            [...sum.get, ...of("end").get, ...i32.isBelow],
          ),
          [...slot.get, ...of("average").get, ...i32.add],
          [...total.get, ...of("languages").get, ...f64x2.loadTwice(0), ...f64x2.divide],
          f64x2.store(0),
          step(slot, 16),
          [...slot.get, ...i32.constant(ROW), ...i32.isBelow],
        ),
      ];
    },
  },
  /** Of means: counts t* that are large enough, by language, and raises the largest of each slot. */
  compare: {
    parameters: ["end", "average", "largest", "constants", "found"],
    locals: {
      ...{ mean: "i32", offset: "i32", slot: "i32", count: "v128", t: "v128" },
      ...{ factor: "v128", shift: "v128", least: "v128" },
    },
    body: (of) => {
      const [mean, offset, slot, count] = [of("mean"), of("offset"), of("slot"), of("count")];
      const [factor, shift, least, t] = [of("factor"), of("shift"), of("least"), of("t")];
      const [constants, found] = [of("constants"), of("found")];
      return [
        repeat(
          [...constants.get, ...f64x2.loadTwice(0), ...factor.set],
          [...constants.get, ...f64x2.loadTwice(8), ...shift.set],
          [...constants.get, ...f64x2.loadTwice(16), ...least.set],
          [...f64x2.zero, ...count.set, ...i32.constant(0), ...offset.set],
          repeat(
            [...mean.get, ...f64x2.load(0)],
            [...of("average").get, ...offset.get, ...i32.add, ...f64x2.load(0), ...f64x2.subtract],
            [...factor.get, ...f64x2.multiply, ...shift.get, ...f64x2.subtract, ...t.set],
            [...count.get, ...t.get, ...least.get, ...f64x2.isAtLeast],
            [...counts.subtract, ...count.set],
            [...of("largest").get, ...offset.get, ...i32.add, ...slot.tee],
            [...slot.get, ...f64x2.load(0), ...t.get, ...f64x2.greater, ...f64x2.store(0)],
            step(mean, 16),
            step(offset, 16),
            [...offset.get, ...i32.constant(ROW), ...i32.isBelow],
          ),
          [...found.get, ...count.get, ...counts.first, ...count.get, ...counts.second],
          [...i32.add, ...i32.store(0)],
          step(found, 4),
          step(constants, 24),
          [...mean.get, ...of("end").get, ...i32.isBelow],
        ),
      ];
    },
  },
});

/** What t* is made of and compared with, by language. */
export interface NullTest {
  /** t* = (mean − average of all means) · factor − shift. */
  factor: Float64Array;
  shift: Float64Array;
  /** The least t* that counts. */
  least: Float64Array;
}

/**
 * The hot loops of the permutation test, on the labels of one block of permutations at a time. Sums and means of label l in slot b are
 * at l · SLOTS + b. Entries are added in their order, so that numbers are the same as of any other loop over them.
 */
export class LabelKernel {
  private readonly run;
  private readonly sums: Float64Array;
  private readonly reciprocal: Float64Array;
  private readonly average: Float64Array;
  private readonly largest: Float64Array;
  /** By language factor, shift and least t*; then the number of languages. */
  private readonly constants: Float64Array;
  private readonly found: Uint32Array;
  private readonly labels: Uint8Array;
  private readonly cell: Uint32Array;
  private readonly x: Float64Array;
  private entries = 0;

  /** @param cells that have a label @param entries for how many there is room */
  constructor(
    private readonly languages: number,
    cells: number,
    entries: number,
  ) {
    const tables = [languages * ROW, languages * ROW, ROW, ROW, 8 * (3 * languages + 1)];
    const bytes = [...tables, 8 * entries, 4 * languages, 4 * entries, SLOTS * cells];
    const { buffer, functions } = KERNEL.instantiate(sum(bytes));
    this.run = functions;
    const at = (part: number) => sum(bytes.slice(0, part));
    this.sums = new Float64Array(buffer, at(0), languages * SLOTS);
    this.reciprocal = new Float64Array(buffer, at(1), languages * SLOTS);
    this.average = new Float64Array(buffer, at(2), SLOTS);
    this.largest = new Float64Array(buffer, at(3), SLOTS);
    this.constants = new Float64Array(buffer, at(4), 3 * languages + 1);
    this.constants[3 * languages] = languages;
    this.x = new Float64Array(buffer, at(5), entries);
    this.found = new Uint32Array(buffer, at(6), languages);
    this.cell = new Uint32Array(buffer, at(7), entries);
    this.labels = new Uint8Array(buffer, at(8), SLOTS * cells);
  }

  /** Keeps a feature's entries. @returns what `exceeding` takes */
  keep({ cell, x }: FeatureCells): { from: number; to: number } {
    const from = this.entries;
    this.cell.set(cell, from);
    this.x.set(x, from);
    this.entries += cell.length;
    return { from, to: this.entries };
  }

  /** Forgets all features. */
  clear(): void {
    this.entries = 0;
  }

  /**
   * Takes up the permutations of a block.
   *
   * @param labels at cell · SLOTS + b @param reciprocal 1 / Σ weight by label and slot; NaN in slots without a permutation, whose t* is
   * none @param largest by slot: the largest t* so far
   */
  begin(labels: Uint8Array, reciprocal: Float64Array, largest: Float64Array): void {
    this.labels.set(labels);
    this.reciprocal.set(reciprocal);
    this.largest.set(largest);
  }

  /** By slot: the largest t* of all features since `begin`. */
  end(): Float64Array {
    return this.largest;
  }

  /** By language: in how many of the block's permutations t* is at least `least`. The array is written anew each time. */
  exceeding({ from, to }: { from: number; to: number }, test: NullTest): Uint32Array {
    const { sums, cell, x, labels, reciprocal, average, largest, found } = this;
    sums.fill(0);
    const at = cell.byteOffset;
    if (to > from)
      this.run.addByLabel(at + 4 * from, at + 4 * to, x.byteOffset + 8 * from, labels.byteOffset);
    const { languages, constants } = this;
    for (let l = 0; l < languages; l++) {
      constants[3 * l] = test.factor[l] as number;
      constants[3 * l + 1] = test.shift[l] as number;
      constants[3 * l + 2] = test.least[l] as number;
    }
    const end = languages * ROW;
    const [first, count] = [constants.byteOffset, constants.byteOffset + 24 * languages];
    this.run.average(end, reciprocal.byteOffset, average.byteOffset, count);
    this.run.compare(end, average.byteOffset, largest.byteOffset, first, found.byteOffset);
    return found;
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);
