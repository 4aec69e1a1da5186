import { describe, expect, test } from "vitest";
import { csvNumber, csvRecords } from "../../src/exchange/csv-records.js";

describe("records", () => {
  test.each([
    ["a,b\n1,2\n", ["a b", "1 2"]],
    ["a,b\r\n1,2", ["a b", "1 2"]],
    ["\ufeff,en\nen,1\n\n", [" en", "en 1"]],
    ['"a ""x""","b,\nc"\n', ['a "x" b,\nc']],
    ["a,\n", ["a "]],
    ["", []],
  ])("%j", (text, rows) => {
    expect(csvRecords(text).map((cells) => cells.join(" "))).toEqual(rows);
  });

  test("a quote that is never closed is no table", () => {
    expect(() => csvRecords('a,"b\nc')).toThrow("a quote that is never closed");
  });
});

test("numbers as Python writes them; where there is none, null", () => {
  const numbers = ["1", "-0.5", "1e-07", ".5", "3.", "", "nan"].map((cell) => csvNumber(cell, "x"));
  expect(numbers).toEqual([1, -0.5, 1e-7, 0.5, 3, null, null]);
  for (const cell of ["inf", "0x10", "1,5", " 1", "one", "1_000"])
    expect(() => csvNumber(cell, "row 1"), cell).toThrow(`"${cell}" at row 1`);
});
