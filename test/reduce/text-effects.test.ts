import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type FeatureColumns, featureColumns } from "../../src/reduce/feature-columns.js";
import { aurocs, countedTexts, pairedEffects, sharedUnits } from "../../src/reduce/text-effects.js";
import { textUnits } from "../../src/reduce/text-units.js";
import { languageTexts } from "../fixtures/planted-layer.js";

/** By language and text: counted tokens, and the feature's sum over them. */
type Table = readonly (readonly (readonly [n: number, sum: number])[])[];

// Drawn with numpy's default_rng(5): many zeros and equal means.
const TABLE: Table = [
  [
    [6, 0],
    [7, 14],
    [4, 4],
    [4, 2],
    [2, 1],
    [8, 0],
    [7, 7],
    [3, 0],
    [8, 0],
    [2, 2],
    [6, 12],
    [8, 12],
  ],
  [
    [4, 10],
    [2, 5],
    [8, 20],
    [7, 7],
    [8, 8],
    [3, 3],
    [6, 0],
    [5, 2.5],
    [4, 8],
    [5, 10],
    [8, 0],
    [5, 0],
  ],
  [
    [4, 4],
    [8, 16],
    [3, 0],
    [3, 0],
    [6, 15],
    [3, 0],
    [6, 0],
    [2, 0],
    [8, 0],
    [4, 2],
    [4, 0],
    [7, 0],
  ],
];

const columnsOf = (table: Table, pool: "token" | "text" = "token") =>
  featureColumns(
    table.map((texts) =>
      languageTexts(
        texts.map(([, sum]) => (sum === 0 ? [] : [[0, sum, 1]])),
        Uint32Array.from(texts, ([n]) => n),
        1,
      ),
    ),
    pool,
  );
const unitsOf = (table: Table, isParallel = true) =>
  textUnits(columnsOf(table), isParallel ? table.map((texts) => [...texts.keys()]) : null);

const auroc = (columns: FeatureColumns, feature: number, language: number) =>
  aurocs(columns, feature, countedTexts(columns))[language] as number;

describe("aurocs", () => {
  test("is scikit-learn's roc_auc_score of means per token", () => {
    const expected = [0.5034722222222222, 0.6805555555555556, 0.3159722222222222];
    for (const pool of ["token", "text"] as const)
      for (const [language, each] of expected.entries())
        expect(auroc(columnsOf(TABLE, pool), 0, language)).toBeCloseTo(each, 14);
  });

  const texts = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: -2, max: 2 })),
    {
      minLength: 1,
      maxLength: 8,
    },
  );
  const tables = fc
    .array(texts, { minLength: 2, maxLength: 3 })
    .map((table) => table.map((rows) => rows.map(([n, sum]) => [n, n === 0 ? 0 : sum] as const)))
    .filter((table) => table.every((rows) => rows.some(([n]) => n > 0)));

  test("is the share of pairs of texts that the language wins, half of the ties with them", () => {
    fc.assert(
      fc.property(tables, (table) => {
        const of = (rows: Table[number]) => rows.filter(([n]) => n > 0).map(([n, sum]) => sum / n);
        const own = of(table[0] as Table[number]);
        const others = table.slice(1).flatMap(of);
        const won = own.flatMap((a) =>
          others.map((b) => (a > b ? 1 : a === b ? 0.5 : 0) as number),
        );
        const share = won.reduce((a, b) => a + b, 0) / won.length;
        expect(auroc(columnsOf(table), 0, 0)).toBeCloseTo(share, 12);
      }),
    );
  });

  test("of two languages, one's is what the other's lacks to 1", () => {
    fc.assert(
      fc.property(tables, (table) => {
        const columns = columnsOf(table.slice(0, 2));
        expect(auroc(columns, 0, 0) + auroc(columns, 0, 1)).toBeCloseTo(1, 12);
      }),
    );
  });

  test("a language without texts is refused", () => {
    expect(() => auroc(columnsOf([[[0, 0]], [[1, 1]]]), 0, 0)).toThrow(
      "found 0 texts of language 0",
    );
  });
});

const effectsOf = (table: Table, isParallel = true, pool: "token" | "text" = "token") => {
  const [columns, units] = [columnsOf(table, pool), unitsOf(table, isParallel)];
  return [...pairedEffects(columns, units, sharedUnits(columns, units), 0)];
};

describe("pairedEffects", () => {
  test("is numpy's mean over standard deviation of the differences of translations", () => {
    const expected = [-0.07580980435789032, 0.5492983129959016, -0.6232319625115879];
    for (const pool of ["token", "text"] as const) {
      const effects = effectsOf(TABLE, true, pool);
      for (const [l, each] of expected.entries()) expect(effects[l]).toBeCloseTo(each, 14);
    }
  });

  test("counts the units alone that all languages share", () => {
    const lacking = TABLE.map((rows, l) => (l === 2 ? rows.slice(0, 8) : rows));
    const shared = TABLE.map((rows) => rows.slice(0, 8));
    expect(effectsOf(lacking)).toEqual(effectsOf(shared));
  });

  test("is none without translations, with one of them, or where differences do not vary", () => {
    const none = [Number.NaN, Number.NaN, Number.NaN];
    expect(effectsOf(TABLE, false)).toEqual(none);
    const one = TABLE.map((rows) => rows.slice(1, 2));
    expect(effectsOf(one)).toEqual(none);
    const even: Table = [1, 7, 3].map((size) => [3, 7, 9].map((n) => [n, size * n] as const));
    expect(effectsOf(even)).toEqual(none);
  });
});
