import { expect, test } from "vitest";
import { tableLines } from "../../src/views/table.js";

test("columns are as wide as their widest cell, aligned, without blanks at the end", () => {
  const columns = [{ title: "name" }, { title: "n", align: "right" }, { title: "note" }] as const;
  expect(tableLines(columns, [["a", "1", ""], ["longer", "100", "x"], ["short"]])).toEqual([
    "name      n  note",
    "──────  ───  ────",
    "a         1",
    "longer  100  x",
    "short",
  ]);
});

test("a table without rows is its titles", () => {
  expect(tableLines([{ title: "code" }], [])).toEqual(["code", "────"]);
});

test("widths are columns of a terminal: wide characters take two, combining marks none", () => {
  expect(
    tableLines(
      [{ title: "a" }, { title: "b" }],
      [
        ["日本", "x"],
        ["\u0e17\u0e38", "x"],
      ],
    ),
  ).toEqual(["a     b", "────  ─", "日本  x", "\u0e17\u0e38     x"]);
});
