import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jaccard, rankBiasedOverlap } from "../../src/reduce/list-agreement.js";

const list = fc.uniqueArray(fc.nat(15), { minLength: 1, maxLength: 10 });

describe("rankBiasedOverlap", () => {
  test.each([
    [[1, 2, 3, 4, 5], [2, 1, 9, 4, 7], 0.9, 0.592335],
    [[1, 2, 3, 4, 5], [2, 1, 9, 4, 7], 0.5, 0.41770833333],
    [[1, 2, 3], [3, 9, 1, 8, 2, 7], 0.9, 0.651537],
  ])("is rbo_ext of the package rbo", (a, b, p, expected) => {
    expect(rankBiasedOverlap(a, b, p)).toBeCloseTo(expected, 9);
  });

  test("is a symmetric share: 1 of equal lists, 0 of disjoint ones", () => {
    fc.assert(
      fc.property(list, list, fc.double({ min: 0.1, max: 0.99, noNaN: true }), (a, b, p) => {
        const overlap = rankBiasedOverlap(a, b, p);
        expect(overlap).toBeGreaterThanOrEqual(0);
        expect(overlap).toBeLessThanOrEqual(1 + 1e-12);
        expect(rankBiasedOverlap(b, a, p)).toBeCloseTo(overlap, 12);
        expect(rankBiasedOverlap(a, a, p)).toBeCloseTo(1, 12);
        const apart = b.map((each) => each + 100);
        expect(rankBiasedOverlap(a, apart, p)).toBe(0);
      }),
    );
  });

  test("the infinite sum of agreements, as they are and as they go on, is the same", () => {
    fc.assert(
      fc.property(list, list, (a, b) => {
        const length = Math.min(a.length, b.length);
        const [first, second] = [a.slice(0, length), b.slice(0, length)];
        const agreement = (d: number) =>
          first.slice(0, d).filter((each) => second.slice(0, d).includes(each)).length /
          Math.min(d, length);
        let sum = 0;
        for (let d = 1; d < 400; d++) sum += 0.1 * 0.9 ** (d - 1) * agreement(d);
        expect(rankBiasedOverlap(first, second)).toBeCloseTo(sum, 9);
      }),
    );
  });

  test("a swap at the top costs more than one at the bottom", () => {
    const base = [1, 2, 3, 4, 5, 6];
    expect(rankBiasedOverlap(base, [2, 1, 3, 4, 5, 6])).toBeLessThan(
      rankBiasedOverlap(base, [1, 2, 3, 4, 6, 5]),
    );
  });

  test("lists that are no rankings are refused, and so is a p that is no weight", () => {
    expect(() => rankBiasedOverlap([], [1])).toThrow("found an empty list");
    expect(() => rankBiasedOverlap([1, 1], [1])).toThrow("2 features of which 1 differ");
    expect(() => rankBiasedOverlap([1], [1], 1)).toThrow("found p = 1");
  });
});

test("Jaccard is the shared of all features", () => {
  expect(jaccard([1, 2, 3], [3, 4])).toBe(1 / 4);
  expect(jaccard(Int32Array.of(7, 8), [8, 7])).toBe(1);
  expect(() => jaccard([], [1])).toThrow("found an empty list");
});
