import { expect, test } from "vitest";
import { csvRecords } from "../../src/exchange/csv-records.js";
import {
  matrixTable,
  readMatrixTable,
  readPickledMatrix,
} from "../../src/exchange/interaction-matrix.js";

const TABLE = ",en,fr\nen,0.5,-1e-07\nfr,,2.0\n";
const pickled = () => ({
  M: [
    [1, 2],
    [3, 4],
  ],
  M_per_layer: [
    [
      [0, 2],
      [2, 2],
    ],
    [
      [3, 3],
      [4, 4],
    ],
  ],
  languages: ["en", "fr"],
  layers: [0, 10],
  top_k: 2,
  method: "avg_layers",
});

test("a table is read, and written to the same bytes", () => {
  const { languages, data, layers, axes } = readMatrixTable(csvRecords(TABLE));
  expect([languages, layers]).toEqual([["en", "fr"], null]);
  expect(data.matrix).toEqual([
    [0.5, -1e-7],
    [null, 2],
  ]);
  expect(axes.matrix).toEqual(["evaluated", "ablated"]);
  expect(matrixTable(languages, data.matrix as number[][])).toBe(TABLE);
});

test.each([
  [",en,fr\nfr,1,2\nen,1,2\n", "rows fr en and columns en fr"],
  [",en,fr\nen,1,2\n", "rows en and columns en fr"],
  [",en,fr\nen,1,2\nfr,1\n", "rows of 2, 1 values"],
  [",en,fr\nen,1,2\nfr,1,x\n", '"x" at row fr, column fr'],
  [",en,f r\nen,1,2\nf r,1,2\n", '"f r" at the header'],
])("a table that is none: %j", (text, told) => {
  expect(() => readMatrixTable(csvRecords(text))).toThrow(told);
});

test("a pickle is read with its layers; its mean is held against them", () => {
  const { data, layers, settings, warnings } = readPickledMatrix(pickled());
  expect(data).toEqual({ matrix: pickled().M, by_layer: pickled().M_per_layer });
  expect(layers).toEqual([0, 10]);
  expect(settings).toEqual({ top_k: 2, method: "avg_layers" });
  expect(warnings).toEqual([]);
  const M = [
    [1, 2],
    [3, 5],
  ];
  expect(readPickledMatrix({ ...pickled(), M }).warnings).toEqual([
    "1 of 4 entries of M are not the mean of M_per_layer over its layers",
  ]);
});

test.each([
  [{ M: [[1, 2]] }, "1 rows of 2 values in M, and 2 languages"],
  [{ layers: [0, 1, 2] }, "2 values at M_per_layer.0.0, and 3 layers"],
  [{ languages: [] }, "no languages"],
  [{ more: 1 }, 'Unrecognized key: "more"'],
  [{ M: [["1"]] }, "at M.0.0"],
])("a pickle that is none: %j", (change, told) => {
  expect(() => readPickledMatrix({ ...pickled(), ...change })).toThrow(told);
});
