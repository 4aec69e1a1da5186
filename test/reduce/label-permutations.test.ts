import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { featureColumns } from "../../src/reduce/feature-columns.js";
import { labelPermutations } from "../../src/reduce/label-permutations.js";
import { textUnits } from "../../src/reduce/text-units.js";
import { labelsOf } from "../fixtures/permuted-labels.js";
import { languageTexts } from "../fixtures/planted-layer.js";

const permute = (
  counts: readonly number[][],
  ids: readonly number[][] | null,
  { seed = 1, permutations = 70 } = {},
) => {
  const columns = featureColumns(
    counts.map((counted) =>
      languageTexts(
        counted.map(() => []),
        Uint32Array.from(counted),
        1,
      ),
    ),
    "token",
  );
  return labelPermutations(columns, textUnits(columns, ids), { seed, permutations });
};

/** Up to four languages, each with texts of some of the units, some units twice. */
const corpora = fc
  .array(
    fc.array(fc.tuple(fc.nat(5), fc.integer({ min: 0, max: 30 })), { minLength: 1, maxLength: 8 }),
    { minLength: 2, maxLength: 4 },
  )
  .map((languages) => ({
    ids: languages.map((texts) => texts.map(([id]) => id)),
    counts: languages.map((texts) => texts.map(([, n]) => n)),
  }));

const isRefused = (work: () => unknown) => {
  try {
    work();
    return false;
  } catch {
    return true;
  }
};

describe("labelPermutations", () => {
  test("every unit keeps its labels, in every permutation, and weights move with their texts", () => {
    fc.assert(
      fc.property(corpora, fc.boolean(), fc.nat(), ({ ids, counts }, isParallel, seed) => {
        const draw = () => permute(counts, isParallel ? ids : null, { seed });
        fc.pre(!isRefused(draw));
        const drawn = draw();
        const strata = [...new Set(drawn.stratumOf)];
        const within = (labels: ArrayLike<number>, stratum: number) =>
          Array.from(labels)
            .filter((_, cell) => drawn.stratumOf[cell] === stratum)
            .sort();
        expect(labelsOf(drawn)).toHaveLength(70);
        for (const [b, labels] of labelsOf(drawn).entries()) {
          for (const stratum of strata)
            expect(within(labels, stratum)).toEqual(within(drawn.labelOf, stratum));
          const weights = counts.map((_, l) =>
            labels.reduce(
              (sum, each, c) => sum + (each === l ? (drawn.weightOf[c] as number) : 0),
              0,
            ),
          );
          const k = counts.length;
          expect([...drawn.weights.subarray(b * k, (b + 1) * k)]).toEqual(weights);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("texts of one unit and language are one cell", () => {
    const drawn = permute(
      [
        [5, 6, 7],
        [1, 2],
      ],
      [
        [10, 20, 10],
        [10, 20],
      ],
    );
    expect([...drawn.cellOf]).toEqual([0, 2, 0, 1, 3]);
    // In units of the languages' means, 9 and 1.5.
    const expected = [12 / 9, 1 / 1.5, 6 / 9, 2 / 1.5];
    for (const [c, weight] of drawn.weightOf.entries())
      expect(weight).toBeCloseTo(expected[c] as number, 12);
  });

  test("all orders of a unit's labels come alike", () => {
    const drawn = permute([[1], [1], [1]], [[0], [0], [0]], { permutations: 6000 });
    const counts = new Map<string, number>();
    for (const labels of labelsOf(drawn).map(String))
      counts.set(labels, (counts.get(labels) ?? 0) + 1);
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });

  test("permutations hang on the seed and the ids, not on the order of texts or on how many are drawn", () => {
    const ids = [3, 1, 2, 8];
    const draw = (order: number[], seed: number, permutations = 70) =>
      labelsOf(permute([order, order], [order, order], { seed, permutations }));
    expect(draw(ids, 5)).toEqual(draw(ids.toReversed(), 5));
    expect(draw(ids, 5)).not.toEqual(draw(ids, 6));
    expect(draw(ids, 5, 100).slice(0, 70)).toEqual(draw(ids, 5));
  });

  test("labels that nothing can be exchanged with are refused, and so is no permutation", () => {
    expect(() => permute([[1], [1]], [[1], [2]])).toThrow("no unit has texts of two languages");
    expect(() => permute([[1], [1]], null, { permutations: 0 })).toThrow("found 0 permutations");
  });
});
