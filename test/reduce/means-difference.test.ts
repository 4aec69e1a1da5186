import fc from "fast-check";
import { expect, test } from "vitest";
import { differenceOfMeans } from "../../src/reduce/means-difference.js";

const rows = (...means: number[][]) => means.map((row) => Float64Array.from(row));
const means = fc.array(fc.double({ min: 0, max: 50, noNaN: true }), {
  minLength: 60,
  maxLength: 60,
});

test("a difference counts in parts of the true mean where that is above 1", () => {
  const truth = rows([0.5, 10], [0, 0]);
  expect(differenceOfMeans(rows([0.25, 10], [0, 0]), truth).largest).toBe(0.25);
  expect(differenceOfMeans(rows([0.5, 8], [0, 0]), truth).largest).toBeCloseTo(0.2);
  expect(differenceOfMeans(rows([0.5, 10], [0, 3]), truth).largest).toBe(3);
});

test("the best are of what fires: silent features, whose v is above that of others, are none", () => {
  // On the first language feature 0 fires alone, on the second all but feature 0.
  const truth = rows([1, 0, 0, 0], [0, 2, 2, 2]);
  expect(differenceOfMeans(truth, truth).overlap).toBe(1);
  expect(differenceOfMeans(rows([1, 1, 0, 0], [0, 2, 2, 2]), truth).overlap).toBe(0.75);
  // One that fell silent is missing.
  expect(differenceOfMeans(rows([0, 0, 0, 0], [0, 2, 2, 2]), truth).overlap).toBe(0.5);
  const silent = rows([0, 0], [0, 0]);
  expect(differenceOfMeans(silent, silent)).toEqual({ largest: 0, overlap: 1 });
});

test("of many that fire, fifty are compared", () => {
  const falling = Array.from({ length: 100 }, (_, f) => 200 - f);
  const rest = new Array<number>(100).fill(1);
  const truth = rows(falling, rest);
  // The first ten fall behind: ten others come in their place. On the second language v is that of the first, turned round.
  const changed = rows(
    falling.map((mean, f) => (f < 10 ? 2 : mean)),
    rest,
  );
  expect(differenceOfMeans(changed, truth).overlap).toBeCloseTo((40 / 50 + 40 / 50) / 2);
});

test("nothing differs from itself, and the overlap is the same either way", () => {
  fc.assert(
    fc.property(fc.tuple(means, means), fc.tuple(means, means), (one, other) => {
      const [a, b] = [rows(...one), rows(...other)];
      expect(differenceOfMeans(a, a)).toEqual({ largest: 0, overlap: 1 });
      const { largest, overlap } = differenceOfMeans(a, b);
      expect(overlap).toBe(differenceOfMeans(b, a).overlap);
      expect(largest).toBeGreaterThanOrEqual(0);
      expect(overlap).toBeGreaterThanOrEqual(0);
      expect(overlap).toBeLessThanOrEqual(1);
    }),
    { numRuns: 30 },
  );
});
