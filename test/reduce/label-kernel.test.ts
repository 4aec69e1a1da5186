import fc from "fast-check";
import { expect, test } from "vitest";
import { LabelKernel, SLOTS } from "../../src/reduce/label-kernel.js";

const LANGUAGES = 3;
const CELLS = 7;

const number = fc.double({ min: -1e3, max: 1e3, noNaN: true });
const perLanguage = fc.array(number, { minLength: LANGUAGES, maxLength: LANGUAGES });
const scenes = fc.record({
  entries: fc.array(fc.tuple(fc.nat(CELLS - 1), number), { maxLength: 12 }),
  labels: fc.uint8Array({ min: 0, max: LANGUAGES - 1, ...length(CELLS * SLOTS) }),
  weights: fc.array(fc.double({ min: 0.5, max: 2, noNaN: true }), length(LANGUAGES * SLOTS)),
  permutations: fc.integer({ min: 1, max: SLOTS }),
  factor: perLanguage,
  shift: perLanguage,
  least: perLanguage,
});

function length(of: number) {
  return { minLength: of, maxLength: of };
}

test("counts and maxima are those of plain loops, to the last bit, also with other features kept before", () => {
  fc.assert(
    fc.property(scenes, ({ entries, labels, weights, permutations, ...test }) => {
      const reciprocal = Float64Array.from(weights, (w, at) =>
        at % SLOTS < permutations ? 1 / w : Number.NaN,
      );
      const kernel = new LabelKernel(LANGUAGES, CELLS, 20);
      kernel.keep({ cell: Uint32Array.of(0, 3), x: Float64Array.of(1e6, 1e6) });
      const kept = kernel.keep({
        cell: Uint32Array.from(entries, ([cell]) => cell),
        x: Float64Array.from(entries, ([, x]) => x),
      });
      const tables = {
        factor: Float64Array.from(test.factor),
        shift: Float64Array.from(test.shift),
        least: Float64Array.from(test.least),
      };
      kernel.begin(labels, reciprocal, new Float64Array(permutations).fill(-1));
      const found = [...kernel.exceeding(kept, tables)];

      const expected = new Array<number>(LANGUAGES).fill(0);
      const largest = new Array<number>(permutations).fill(-1);
      for (let b = 0; b < permutations; b++) {
        const means = new Float64Array(LANGUAGES);
        for (const [cell, x] of entries) {
          const l = labels[cell * SLOTS + b] as number;
          means[l] = (means[l] as number) + x;
        }
        for (const l of means.keys())
          means[l] = (means[l] as number) * (reciprocal[l * SLOTS + b] as number);
        const average = means.reduce((sum, mean) => sum + mean, 0) / LANGUAGES;
        for (const [l, mean] of means.entries()) {
          const t = (mean - average) * (test.factor[l] as number) - (test.shift[l] as number);
          if (t >= (test.least[l] as number)) expected[l] = (expected[l] as number) + 1;
          largest[b] = Math.max(largest[b] as number, t);
        }
      }
      expect(found).toEqual(expected);
      // Of both zeros one: which of equals is kept is no matter.
      expect([...kernel.end()].slice(0, permutations).map((t) => t + 0)).toEqual(
        largest.map((t) => t + 0),
      );
    }),
  );
});

test("features that are forgotten leave their room", () => {
  const kernel = new LabelKernel(2, 1, 3);
  const three = { cell: new Uint32Array(3), x: new Float64Array(3) };
  expect(kernel.keep(three)).toEqual({ from: 0, to: 3 });
  expect(() => kernel.keep(three)).toThrow(RangeError);
  kernel.clear();
  expect(kernel.keep(three)).toEqual({ from: 0, to: 3 });
});
