import { expect, test } from "vitest";
import { interactions } from "../../src/experiments/interactions/interactions.js";
import { interactionLines } from "../../src/views/interaction-table.js";
import { ablationOf, factsOf } from "../fixtures/ablations.js";

const LANGUAGES = ["eng_Latn", "spa_Latn"];
const COSTS = {
  1: [
    [0.3, 0.6],
    [0.15, 3],
  ],
};
const linesOf = (changes: Parameters<typeof ablationOf>[2] = {}) =>
  interactionLines(
    interactions(
      { name: "ablate-3", result: ablationOf(LANGUAGES, COSTS, changes) },
      { config: undefined, meanOver: "tokens" },
    ),
  ).map((line) => line.replace(/ +/g, " ").trim());

test("the matrix, whose own features cost most, and one-sided pairs with intervals", () => {
  const lines = linesOf();
  expect(lines).toContain("eng_Latn 0.40 0.80");
  expect(lines).toContain("spa_Latn 0.20 4.00");
  expect(lines).toContain("Its own features cost a language most of all for 1 of 2 languages.");
  expect(lines).toContain("eng_Latn: those of spa_Latn cost it more (0.800 against 0.400).");
  expect(lines).toContain(
    "One-sided: spa_Latn's features cost eng_Latn 0.800 [0.600, 0.900], eng_Latn's cost spa_Latn 0.200 [0.150, 0.225].",
  );
});

test("by which measure features are the best is said where it is not v", () => {
  expect(linesOf()[0]).toContain("ablate-3 (top1):");
  expect(linesOf({ ranked_by: "margin" })[0]).toContain("ablate-3 (top1 by margin):");
});

test("from too few texts there is the matrix, and no word on what it says", () => {
  const lines = linesOf({ is_enough: false, evaluation: factsOf(LANGUAGES, { fewest: 4 }) });
  expect(lines).toContain("eng_Latn 0.40 0.80");
  expect(lines.join("\n")).toContain("Only 4 texts");
  expect(lines.join("\n")).not.toMatch(/cost a language most|One-sided/);
});
