import fc from "fast-check";
import { expect, test } from "vitest";
import { featureColumns } from "../../src/reduce/feature-columns.js";
import { firingRates, ownAndElsewhere, rateEntropy } from "../../src/reduce/firing-rates.js";
import { languageStatistics } from "../../src/reduce/language-sums.js";
import { feature, languageTexts, plantedLayer } from "../fixtures/planted-layer.js";

const rates = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 8 })
  .map((each) => Float64Array.from(each));

test("rates are the active fractions of the languages' statistics", () => {
  const { languages } = plantedLayer([feature(4, 0.5, 1), feature(4, 0, 1)], {
    units: 20,
    seed: 1,
  });
  const columns = featureColumns(languages, "token");
  for (const f of [0, 1])
    expect([...firingRates(columns, f)]).toEqual(
      languages.map(
        ({ sums, counted }) => languageStatistics(sums, counted, "token").activeFraction[f],
      ),
    );
});

test("elsewhere is the mean of the other languages' rates, however many tokens they have", () => {
  expect(ownAndElsewhere(Float64Array.of(0.5, 0.25, 0.75), 1)).toEqual({
    own: 0.25,
    elsewhere: 0.625,
  });
  const uneven = featureColumns(
    [
      languageTexts([[[0, 1, 5]]], Uint32Array.of(10), 1),
      languageTexts([[[0, 1, 1]]], Uint32Array.of(1), 1),
      languageTexts([[]], Uint32Array.of(1000), 1),
    ],
    "token",
  );
  expect(ownAndElsewhere(firingRates(uneven, 0), 0)).toEqual({ own: 0.5, elsewhere: 0.5 });
});

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
