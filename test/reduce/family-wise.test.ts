import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { familyWiseP, largestOf } from "../../src/reduce/family-wise.js";

describe("familyWiseP and largestOf", () => {
  test("p is the share of maxima that reach t, the identity among them", () => {
    const value = fc.integer({ min: -5, max: 5 });
    fc.assert(
      fc.property(fc.array(value), fc.array(value, { minLength: 1 }), (statistic, maxima) => {
        const p = familyWiseP(Float64Array.from(statistic), Float64Array.from(maxima));
        for (const [at, t] of statistic.entries())
          expect(p[at]).toBe((1 + maxima.filter((each) => each >= t).length) / (maxima.length + 1));
      }),
    );
  });

  test("family-wise p over layers is never below that of one", () => {
    const [statistic, one, other] = [
      [0, 1, 2.5, 4],
      [0.5, 1, 3, 2],
      [2, 0.5, 3.5, 2],
    ].map((each) => Float64Array.from(each)) as [Float64Array, Float64Array, Float64Array];
    expect([...largestOf([one, other])]).toEqual([2, 1, 3.5, 2]);
    expect([...familyWiseP(statistic, one)]).toEqual([1, 0.8, 0.4, 0.2]);
    expect([...familyWiseP(statistic, largestOf([one, other]))]).toEqual([1, 1, 0.4, 0.2]);
  });

  test("a t that differs from a maximum by rounding reaches it", () => {
    expect([...familyWiseP(Float64Array.of(0.1 + 0.2), Float64Array.of(0.3))]).toEqual([1]);
  });

  test("maxima of other permutations are refused", () => {
    expect(() => largestOf([new Float64Array(2), new Float64Array(3)])).toThrow("maxima of 3");
    expect(() => largestOf([])).toThrow("no maxima");
  });
});
