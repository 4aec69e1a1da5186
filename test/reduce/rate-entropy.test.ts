import fc from "fast-check";
import { expect, test } from "vitest";
import { rateEntropy } from "../../src/reduce/rate-entropy.js";

const rates = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 8 })
  .map((each) => Float64Array.from(each));

test("entropy is 0 for one language, ln K for all alike, and between for any", () => {
  expect(rateEntropy(Float64Array.of(0, 0.3, 0))).toBe(0);
  expect(rateEntropy(Float64Array.of(0.2, 0.2, 0.2, 0.2))).toBeCloseTo(Math.log(4), 12);
  fc.assert(
    fc.property(rates, (each) => {
      const entropy = rateEntropy(each);
      expect(entropy === null).toBe(each.every((rate) => rate === 0));
      if (entropy === null) return;
      expect(entropy).toBeGreaterThanOrEqual(0);
      expect(entropy).toBeLessThanOrEqual(Math.log(each.length) + 1e-12);
      expect(rateEntropy(each.toReversed())).toBeCloseTo(entropy, 10);
    }),
  );
});

test("what is nowhere above the floor has no entropy", () => {
  expect(rateEntropy(Float64Array.of(0.1, 0.02), 0.1)).toBeNull();
  expect(rateEntropy(Float64Array.of(0.1, 0.02), 0.09)).toBeCloseTo(0.4506, 4);
});
