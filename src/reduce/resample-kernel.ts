import type { UnitResamples } from "./unit-resamples.js";
import { f64x2, i32, i32x4, type Local, repeat, step, WasmModule } from "./wasm-module.js";

/** So many resamples are summed at once. */
const LANES = 8;
const LANE_PAIRS = Array.from({ length: LANES / 2 }, (_, at) => at);
const [ROW, COUNTS] = [LANES * 8, LANES * 2];

/** Leaves eight counts, as f64, in `into`. Each load takes four and two are used, the last one's others lie behind the eight. */
const unpack = (at: Local, into: readonly Local[]) =>
  into.map((pair, lane) => [
    ...[...at.get, ...i32x4.loadHalves(4 * lane), ...i32x4.lowAsF64],
    ...pair.set,
  ]);
const names = (name: string) => LANE_PAIRS.map((at) => `${name}${at}`);
const vectors = (...each: readonly string[]) =>
  Object.fromEntries(each.flatMap(names).map((name) => [name, "v128" as const]));

const KERNEL = new WasmModule({
  /** Σ value · count over entries from `value` to before `last`, whose counts begin at `counts` + what `place` says. */
  sum: {
    parameters: ["value", "last", "place", "counts", "sums"],
    locals: { at: "i32", x: "v128", ...vectors("count", "sum") },
    body: (of) => {
      const [value, place, at, x] = [of("value"), of("place"), of("at"), of("x")];
      const [counts, sums] = [names("count").map(of), names("sum").map(of)];
      return [
        ...sums.map((sum) => [...f64x2.zero, ...sum.set]),
        repeat(
          [...place.get, ...i32.load(0), ...of("counts").get, ...i32.add, ...at.set],
          [...value.get, ...f64x2.loadTwice(0), ...x.set],
          ...unpack(at, counts),
          ...sums.map((sum, lane) => [
            ...[...sum.get, ...x.get, ...(counts[lane] as Local).get, ...f64x2.multiply],
            ...[...f64x2.add, ...sum.set],
          ]),
          step(place, 4),
          step(value, 8),
          [...value.get, ...of("last").get, ...i32.isBelow],
        ),
        ...sums.map((sum, lane) => [...of("sums").get, ...sum.get, ...f64x2.store(16 * lane)]),
      ];
    },
  },
  /** Σ count · u and Σ count · u · u over units whose u are from `u` to before `last`, and whose counts begin at `counts`. */
  spread: {
    parameters: ["u", "last", "counts", "sums", "squares"],
    locals: { x: "v128", ...vectors("count", "sum", "square") },
    body: (of) => {
      const [u, x, at] = [of("u"), of("x"), of("counts")];
      const counts = names("count").map(of);
      const [sums, squares] = [names("sum").map(of), names("square").map(of)];
      return [
        ...[...sums, ...squares].map((each) => [...f64x2.zero, ...each.set]),
        repeat(
          [...u.get, ...f64x2.loadTwice(0), ...x.set],
          ...unpack(at, counts),
          ...counts.map((count, lane) => {
            const [sum, square] = [sums[lane] as Local, squares[lane] as Local];
            return [
              ...[...sum.get, ...count.get, ...x.get, ...f64x2.multiply, ...count.tee],
              ...[...f64x2.add, ...sum.set],
              ...[...square.get, ...count.get, ...x.get, ...f64x2.multiply, ...f64x2.add],
              ...square.set,
            ];
          }),
          step(at, COUNTS),
          step(u, 8),
          [...u.get, ...of("last").get, ...i32.isBelow],
        ),
        ...LANE_PAIRS.flatMap((lane) => [
          [...of("sums").get, ...(sums[lane] as Local).get, ...f64x2.store(16 * lane)],
          [...of("squares").get, ...(squares[lane] as Local).get, ...f64x2.store(16 * lane)],
        ]),
      ];
    },
  },
});

/**
 * The hot loops of the bootstrap: sums over what was drawn, for all resamples. Everything is added in its order, so that numbers are the
 * same as of any other loop.
 */
export class ResampleKernel {
  /** Its copy of the counts is large where languages are samples by themselves: all pieces of a layer have one kernel. */
  private static readonly made = new WeakMap<UnitResamples, ResampleKernel>();

  static of(drawn: UnitResamples): ResampleKernel {
    const kernel = ResampleKernel.made.get(drawn) ?? new ResampleKernel(drawn);
    ResampleKernel.made.set(drawn, kernel);
    return kernel;
  }

  private readonly run;
  private readonly sums: Float64Array;
  private readonly squares: Float64Array;
  private readonly value: Float64Array;
  private readonly place: Uint32Array;
  /** [⌈resamples / LANES⌉, units, LANES]. */
  private readonly counts: Uint16Array;
  private readonly units: number;
  private readonly blocks: number;

  constructor({ units: { units, unitOf }, resamples, counts }: UnitResamples) {
    const blocks = Math.ceil(resamples / LANES);
    const most = Math.max(units, unitOf.length);
    const sizes = [blocks * ROW, blocks * ROW, 8 * most, blocks * units * COUNTS, 4 * most];
    const { buffer, functions } = KERNEL.instantiate(
      sizes.reduce((total, size) => total + size, 0),
    );
    const at = (part: number) => sizes.slice(0, part).reduce((total, size) => total + size, 0);
    this.run = functions;
    [this.units, this.blocks] = [units, blocks];
    this.sums = new Float64Array(buffer, at(0), resamples);
    this.squares = new Float64Array(buffer, at(1), resamples);
    this.value = new Float64Array(buffer, at(2), most);
    this.counts = new Uint16Array(buffer, at(3), blocks * units * LANES);
    this.place = new Uint32Array(buffer, at(4), most);
    for (let unit = 0; unit < units; unit++)
      for (let b = 0; b < resamples; b++)
        this.counts[(Math.floor(b / LANES) * units + unit) * LANES + (b % LANES)] = counts[
          unit * resamples + b
        ] as number;
  }

  /**
   * Σ value by resample, each as often as its unit was drawn.
   *
   * @param size how many values and units there are @param into where the sums go
   */
  sumDrawn(value: Float64Array, unit: Uint32Array, size: number, into: Float64Array): void {
    if (size === 0) {
      into.fill(0);
      return;
    }
    for (let at = 0; at < size; at++) {
      this.value[at] = value[at] as number;
      this.place[at] = (unit[at] as number) * COUNTS;
    }
    const first = this.value.byteOffset;
    for (let block = 0; block < this.blocks; block++)
      this.run.sum(
        ...([first, first + 8 * size, this.place.byteOffset] as const),
        this.counts.byteOffset + block * this.units * COUNTS,
        this.sums.byteOffset + block * ROW,
      );
    into.set(this.sums);
  }

  /**
   * Σ u and Σ u² of the drawn ones of a sample's units, by resample. The arrays are written anew each time.
   *
   * @param u by unit @param start the first unit @param end before which the sample ends; it has one at least
   */
  spread(
    u: Float64Array,
    { start, end }: { start: number; end: number },
  ): { sums: Float64Array; squares: Float64Array } {
    this.value.set(u.subarray(start, end));
    const first = this.value.byteOffset;
    for (let block = 0; block < this.blocks; block++)
      this.run.spread(
        ...([first, first + 8 * (end - start)] as const),
        this.counts.byteOffset + (block * this.units + start) * COUNTS,
        this.sums.byteOffset + block * ROW,
        this.squares.byteOffset + block * ROW,
      );
    return { sums: this.sums, squares: this.squares };
  }
}
