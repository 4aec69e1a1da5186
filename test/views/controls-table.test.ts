import { expect, test } from "vitest";
import type { ControlledFeature, ControlsComparison } from "../../src/comparison/controls.js";
import { controlsLines, labelsText, overallLines } from "../../src/views/controls-table.js";

const feature: ControlledFeature = {
  ...{ layer: 2, language: "jpn_Jpan", rank: 1, feature: 77, v: 2.5, interval: null, auroc: 0.9 },
  first_position_share: 0.021,
  kept: {
    romanised: { v: 0.05, left: 0.02, interval: { lo: -0.004, hi: 0.7 } },
    "random-tokens": { v: 2, left: 0.8, interval: null },
  },
  ...{ labels: ["script", "token"], unsure: ["script", "token"] },
};
const best = (v: number, auroc: number | null, significant: number | null) => ({
  ...{ v, margin: v / 2, auroc, significant, falling: [v] },
});
const comparison: ControlsComparison = {
  controls: ["romanised", "random-tokens", "random-dictionary"],
  ...{ letters_changed: { eng_Latn: 0.001, jpn_Jpan: 0.97 }, words_moved: null },
  features: [feature],
  random: [
    {
      ...{ layer: 2, language: "jpn_Jpan" },
      ...{ real: best(2.5, 1, 30), random: best(0.5, null, null) },
    },
  ],
};
const cellsOf = (line: string | undefined) => (line ?? "").trim().split(/ {2,}/);

test("a feature is one line with what is left under each control that there is", () => {
  const [titles, , line] = controlsLines(comparison);
  expect(cellsOf(titles)).toEqual([
    ...["layer", "language", "rank", "feature", "v", "romanised", "random-tokens"],
    ...["first position", "associated with"],
  ]);
  expect(cellsOf(line)).toEqual([
    ...["2", "jpn_Jpan", "1", "77", "2.500", "0.02 [0.00, 0.70]", "0.80", "2.1 %"],
    "script? token?",
  ]);
});

test("a dictionary and a random one stand side by side; what is not known is a dash", () => {
  const lines = controlsLines(comparison);
  const at = lines.findIndex((line) => line.includes("best v, real"));
  expect(cellsOf(lines[at + 2])).toEqual([
    ...["2", "jpn_Jpan", "2.500", "0.500", "1.250", "0.250", "1.000", "–", "30", "–"],
  ]);
});

test("of too few texts there are no labels, and so none are explained", () => {
  const few = controlsLines({
    ...comparison,
    features: [{ ...feature, labels: null, unsure: [] }],
  });
  expect(few.join("\n")).not.toMatch(/associated with:/);
  expect(cellsOf(few[2]).at(-1)).toBe("–");
});

test("how many features have which label", () => {
  const none = { ...feature, labels: [], unsure: [] };
  expect(overallLines([feature, none, none])).toEqual([
    "Of 3 features: script 1, token 1, none of these 2.",
  ]);
  expect(overallLines([none, none])).toEqual(["Of 2 features none has a label."]);
  expect(overallLines([{ ...feature, labels: null }])).toEqual([]);
  expect(labelsText({ labels: ["order", "sink"], unsure: ["order"] })).toBe("order? sink");
});
