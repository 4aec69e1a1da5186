import fc from "fast-check";
import { expect, test } from "vitest";
import { featureColumns } from "../../src/reduce/feature-columns.js";
import { ResampleKernel } from "../../src/reduce/resample-kernel.js";
import { textUnits } from "../../src/reduce/text-units.js";
import { unitResamples } from "../../src/reduce/unit-resamples.js";
import { feature, plantedLayer } from "../fixtures/planted-layer.js";

const UNITS = 6;
/** Not a whole number of what is summed at once. */
const RESAMPLES = 21;

const { languages, ids } = plantedLayer([feature(3, 0.6, 1)], { units: UNITS, seed: 3 });
const columns = featureColumns(languages, "token");
const drawn = unitResamples(columns, textUnits(columns, ids), { seed: 1, resamples: RESAMPLES });
const countOf = (unit: number, b: number) => drawn.counts[unit * RESAMPLES + b] as number;
const number = fc.double({ min: -1e3, max: 1e3, noNaN: true });
const kernel = new ResampleKernel(drawn);

test("sums what was drawn as a plain loop does, to the last bit", () => {
  const entries = fc.array(fc.tuple(number, fc.nat(UNITS - 1)), { maxLength: 18 });
  fc.assert(
    fc.property(entries, (each) => {
      const into = new Float64Array(RESAMPLES).fill(7);
      const values = Float64Array.from(each, ([value]) => value);
      const units = Uint32Array.from(each, ([, unit]) => unit);
      kernel.sumDrawn(values, units, each.length, into);
      for (const [b, sum] of into.entries())
        expect(sum).toBe(each.reduce((s, [value, unit]) => s + value * countOf(unit, b), 0));
    }),
  );
});

test("sums and squares of a sample's units are those of a plain loop, to the last bit", () => {
  const scenes = fc.record({
    u: fc.float64Array({ minLength: UNITS, maxLength: UNITS, noNaN: true, min: -1e3, max: 1e3 }),
    start: fc.nat(UNITS - 1),
    size: fc.integer({ min: 1, max: UNITS }),
  });
  fc.assert(
    fc.property(scenes, ({ u, start, size }) => {
      const end = Math.min(UNITS, start + size);
      const { sums, squares } = kernel.spread(u, { start, end });
      for (let b = 0; b < RESAMPLES; b++) {
        let [sum, square] = [0, 0];
        for (let unit = start; unit < end; unit++) {
          const once = countOf(unit, b) * (u[unit] as number);
          [sum, square] = [sum + once, square + once * (u[unit] as number)];
        }
        expect([sums[b], squares[b]]).toEqual([sum, square]);
      }
    }),
  );
});
