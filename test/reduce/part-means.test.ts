import { expect, test } from "vitest";
import { featureColumns, featureMeans, languageWeights } from "../../src/reduce/feature-columns.js";
import { meansOfParts } from "../../src/reduce/part-means.js";
import { keepRows } from "../fixtures/keep-rows.js";
import { feature, plantedLayer } from "../fixtures/planted-layer.js";

const planted = [feature(3, 0.5, 1), feature(3, 0.1, 4, { 1: 3 }), feature(3, 0, 1)];
const { languages } = plantedLayer(planted, { units: 9, seed: 5 });
const rows = languages.length * 9;
const divisionOf = (partOf: (row: number) => number) =>
  Uint8Array.from({ length: rows }, (_, r) => partOf(r));

test.each(["token", "text"] as const)(
  "means of a part are those of columns that have its texts alone (pool %s)",
  (pool) => {
    const columns = featureColumns(languages, pool);
    const divisions = [
      divisionOf((row) => row % 3),
      divisionOf((row) => (row % 2) + (row % 5 === 0 ? 2 : 0)),
    ];
    const found = [...meansOfParts(columns, divisions)];
    for (const [at, means] of found.entries())
      for (const side of [0, 1] as const) {
        const own = keepRows(columns, (row) => divisions[at]?.[row] === side);
        for (const f of planted.keys()) {
          const expected = featureMeans(own, f, languageWeights(own));
          expect(means?.[side].map((each) => each[f])).toEqual([...expected]);
        }
      }
  },
);

test("a part that lacks a language is none, the divisions beside it are as they are", () => {
  const columns = featureColumns(languages, "token");
  const whole = divisionOf((row) => row % 2);
  const lacking = divisionOf((row) => (row < 9 ? 0 : row % 2));
  const found = [...meansOfParts(columns, [lacking, whole, lacking])];
  expect(found).toEqual([null, [...meansOfParts(columns, [whole])][0], null]);
});
