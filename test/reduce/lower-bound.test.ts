import fc from "fast-check";
import { expect, test } from "vitest";
import { lowerBound } from "../../src/reduce/lower-bound.js";

test("is how many numbers are below", () => {
  const small = fc.integer({ min: -3, max: 3 });
  fc.assert(
    fc.property(fc.array(small), small, (numbers, least) => {
      const sorted = Float64Array.from(numbers).sort();
      expect(lowerBound(sorted, least)).toBe(numbers.filter((each) => each < least).length);
    }),
  );
});
