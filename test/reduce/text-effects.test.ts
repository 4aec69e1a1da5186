import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FeatureColumns } from "../../src/reduce/feature-columns.js";
import { aurocs, countedTexts } from "../../src/reduce/text-effects.js";
import { columnsOf, TABLE, type Table } from "../fixtures/one-feature.js";

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
