import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { leaveOneOutRange, specificity } from "../../src/reduce/mean-profile.js";
import { vScores } from "../../src/reduce/v-score.js";

const means = fc
  .array(fc.double({ min: -10, max: 10, noNaN: true, minExcluded: true }), {
    minLength: 2,
    maxLength: 8,
  })
  .map((each) => Float64Array.from(each));

describe("specificity", () => {
  test("is 0 for equal means, 1 for one language, and that of the formula between", () => {
    expect(specificity(Float64Array.of(2, 2, 2))).toBe(0);
    expect(specificity(Float64Array.of(0, 3, 0))).toBe(1);
    expect(specificity(Float64Array.of(4, 1, 2))).toBeCloseTo((0.75 + 0.5) / 2, 12);
  });

  test("means below zero count as zero, and there must be one above", () => {
    expect(specificity(Float64Array.of(4, -8, 2))).toBe(specificity(Float64Array.of(4, 0, 2)));
    expect(specificity(Float64Array.of(-1, 0))).toBeNull();
  });

  test("is from 0 to 1, and the same for scaled means", () => {
    fc.assert(
      fc.property(means, (each) => {
        const tau = specificity(each);
        expect(tau === null).toBe(each.every((mean) => mean <= 0));
        if (tau === null) return;
        expect(tau).toBeGreaterThanOrEqual(0);
        expect(tau).toBeLessThanOrEqual(1);
        if (Math.max(...each) > 1e-300)
          expect(specificity(each.map((mean) => 4 * mean))).toBeCloseTo(tau, 12);
      }),
    );
  });
});

describe("leaveOneOutRange", () => {
  test("is the range of v over comparisons that lack one other language", () => {
    fc.assert(
      fc.property(means, fc.nat(), (each, pick) => {
        fc.pre(each.length > 2);
        const language = pick % each.length;
        const scores = [...each.keys()]
          .filter((left) => left !== language)
          .map((left) => {
            const kept = [...each.keys()].filter((l) => l !== left);
            const v = vScores(kept.map((l) => each.subarray(l, l + 1)));
            return v[kept.indexOf(language)]?.[0] as number;
          });
        const range = leaveOneOutRange(each, language);
        expect(range?.lo).toBeCloseTo(Math.min(...scores), 10);
        expect(range?.hi).toBeCloseTo(Math.max(...scores), 10);
      }),
    );
  });

  test("two languages have no comparison that lacks one", () => {
    expect(leaveOneOutRange(Float64Array.of(1, 2), 0)).toBeNull();
  });
});
