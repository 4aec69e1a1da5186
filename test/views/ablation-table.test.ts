import { expect, test } from "vitest";
import { ablationLines } from "../../src/views/ablation-table.js";
import { ablationOf, factsOf } from "../fixtures/ablations.js";

const LANGUAGES = ["eng_Latn", "spa_Latn"];
const COSTS = {
  1: [
    [1, 0.5],
    [0.2, 2],
  ],
};
const linesOf = (changes: Parameters<typeof ablationOf>[2] = {}) =>
  ablationLines(ablationOf(LANGUAGES, COSTS, changes), 1).map((line) =>
    line.replace(/ +/g, " ").trim(),
  );

test("own, others, controls and how active these are, with intervals", () => {
  const lines = linesOf();
  expect(lines[0]).toBe("tiny: top1 of each language taken out at layer 1, projection: span");
  expect(linesOf({ ranked_by: "margin" })[0]).toContain("top1 of each language by margin taken");
  expect(lines).toContain(
    "eng_Latn 1.333 [1.000, 1.500] 0.267 [0.200, 0.300] spa_Latn 0.267 0.133 [0.100, 0.150] 0.20 spa_Latn 0.667",
  );
  expect(lines.join("\n")).toContain("(1 draw)");
});

test("controls that are far less active are called so", () => {
  expect(linesOf().join("\n")).toContain("no other features that are nearly as active on eng_Latn");
  const summary = ablationOf(LANGUAGES, COSTS).summary.map((each) => ({
    ...each,
    random_activation: 0.9,
  }));
  expect(linesOf({ summary }).join("\n")).not.toContain("no other features");
  expect(
    linesOf({
      summary: summary.map((each) => ({ ...each, random: null, random_activation: null })),
    }).join("\n"),
  ).toContain("– – spa_Latn");
});

test("few texts claim nothing; missing languages and warnings are told", () => {
  const lines = linesOf({
    is_enough: false,
    evaluation: factsOf(LANGUAGES, { fewest: 3, lacking: ["tha_Thai"] }),
    warnings: ["odd"],
  });
  expect(lines).toContain("Only 3 texts in the language with the fewest. Nothing is claimed.");
  expect(lines).toContain("Not evaluated, for the corpus lacks them: tha_Thai.");
  expect(lines.at(-1)).toBe("warning: odd");
});
