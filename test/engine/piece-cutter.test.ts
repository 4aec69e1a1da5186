import { expect, test } from "vitest";
import { PieceCutter } from "../../src/engine/piece-cutter.js";

test("pieces joined give the text back: what is skipped belongs to the next piece, split characters come once", () => {
  const cutter = new PieceCutter("  👍🏽 né");
  const spans: [number, number][] = [
    [2, 3],
    [2, 3],
    [2, 4],
    [5, 7],
  ];
  const pieces = spans.map(([from, to]) => cutter.next(from, to, "?"));
  expect(pieces).toEqual(["  👍", "", "🏽", " né"]);
});

test("a token that stands for none of the text is its word", () => {
  expect(new PieceCutter("a").next(0, 0, "<bos>")).toBe("<bos>");
});
