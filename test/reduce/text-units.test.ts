import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { featureColumns } from "../../src/reduce/feature-columns.js";
import { halfOfUnits, textUnits } from "../../src/reduce/text-units.js";
import { languageTexts } from "../fixtures/planted-layer.js";

/** Texts of one token each, or of none. */
const columnsOf = (...counts: number[][]) =>
  featureColumns(
    counts.map((counted) =>
      languageTexts(
        counted.map(() => []),
        Uint32Array.from(counted),
        1,
      ),
    ),
    "token",
  );

describe("textUnits", () => {
  test("texts that share an id are a unit, numbered by rising id", () => {
    const units = textUnits(columnsOf([1, 1, 1], [1, 1]), [
      [40, 7, 9],
      [9, 40],
    ]);
    expect(units).toMatchObject({ isParallel: true, units: 3, sampleEnds: [3] });
    expect([...units.unitOf]).toEqual([2, 0, 1, 1, 2]);
  });

  test("where languages share none, documents are units of one language each", () => {
    const columns = columnsOf([1, 1, 1], [1, 1]);
    const ids = [
      [4, 4, 2],
      [4, 2],
    ];
    const units = textUnits(columns, ids, false);
    expect(units).toMatchObject({ isParallel: false, units: 4, sampleEnds: [2, 4] });
    expect([...units.unitOf]).toEqual([1, 1, 0, 3, 2]);
  });

  test("texts without a counted token belong to none", () => {
    const columns = columnsOf([1, 0], [0, 0, 5]);
    expect([
      ...textUnits(columns, [
        [1, 2],
        [3, 2, 1],
      ]).unitOf,
    ]).toEqual([0, -1, -1, -1, 0]);
    expect(textUnits(columns, null)).toEqual({
      isParallel: false,
      units: 2,
      unitOf: Int32Array.of(0, -1, -1, -1, 1),
      sampleEnds: [1, 2],
    });
  });

  test("ids that are not those of the texts are refused", () => {
    expect(() => textUnits(columnsOf([1], [1, 1]), [[1], [1]])).toThrow(
      "found unit ids of 1, 1 texts, expected 1, 2",
    );
  });
});

describe("halfOfUnits", () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 4 });

  test("a half of the units is drawn, all translations of one together", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 20 }), fc.nat(), (count, seed) => {
        const ids = [...Array(count).keys()];
        const columns = columnsOf(
          ids.map(() => 1),
          ids.map(() => 1),
        );
        const half = halfOfUnits(textUnits(columns, [ids, ids.toReversed()]), seed);
        const own = half.slice(0, count);
        expect(own.filter(Boolean)).toHaveLength(Math.ceil(count / 2));
        expect(half.slice(count)).toEqual(own.toReversed());
      }),
    );
  });

  test("without translations, a half of every language's texts is drawn", () => {
    fc.assert(
      fc.property(lengths, fc.nat(), (texts, seed) => {
        const columns = columnsOf(...texts.map((count) => Array(count).fill(1)));
        const half = halfOfUnits(textUnits(columns, null), seed);
        for (const [k, count] of texts.entries()) {
          const own = half.slice(columns.firstRow[k], columns.firstRow[k + 1]);
          expect(own.filter(Boolean)).toHaveLength(Math.ceil(count / 2));
        }
      }),
    );
  });

  test("halves hang on the seed and the ids, not on the order of the texts", () => {
    const ids = [3, 1, 4, 15, 9, 2, 6, 5];
    const ones = ids.map(() => 1);
    const halfBy = (order: number[], seed: number) => {
      const columns = columnsOf(ones, ones);
      const half = halfOfUnits(textUnits(columns, [order, order]), seed);
      return order.filter((_, at) => half[at]).sort();
    };
    expect(halfBy(ids, 1)).toEqual(halfBy(ids.toReversed(), 1));
    expect(halfBy(ids, 1)).not.toEqual(halfBy(ids, 2));
  });
});
