import { describe, expect, test } from "vitest";
import type { ControlledFeature, ControlsComparison } from "../../src/comparison/controls.js";
import { changedLines, legendLines } from "../../src/views/controls-legend.js";

const feature = (
  language: string,
  labels: ControlledFeature["labels"],
  changes: Partial<ControlledFeature> = {},
): ControlledFeature => ({
  ...{ layer: 2, language, rank: 1, feature: 77, v: 2.5, interval: null, auroc: 0.9 },
  ...{ first_position_share: 0.021, kept: {}, labels, unsure: [] },
  ...changes,
});
const bests = (language: string, [real, random]: [number | null, number | null]) => {
  const best = (significant: number | null) => ({
    ...{ v: 1, margin: 1, auroc: 1, significant, falling: [1] },
  });
  return { layer: 2, language, real: best(real), random: best(random) };
};
const comparison: ControlsComparison = {
  controls: ["shuffled", "romanised"],
  letters_changed: { eng_Latn: 0.001, jpn_Jpan: 0.97 },
  words_moved: { eng_Latn: 0.9, jpn_Jpan: 0.05 },
  features: [feature("eng_Latn", ["token"]), feature("jpn_Jpan", ["script", "token"])],
  random: [],
};
const told = (changes: Partial<ControlsComparison> = {}) =>
  legendLines({ ...comparison, ...changes }).join("\n");

describe("of labels", () => {
  test("those that are given are explained, with their thresholds", () => {
    expect(told()).toMatch(/script: romanised texts leave less than 0\.5, .* changes 10 % or more/);
    expect(told()).toMatch(/token: 0\.5 or more is left/);
    expect(told()).not.toMatch(/order: |sink: |random: /);
    expect(told({ features: [feature("eng_Latn", [])] })).not.toMatch(/associated with/);
  });

  test("a question mark is where there is one", () => {
    expect(told()).not.toMatch(/^\?:/m);
    const unsure = feature("jpn_Jpan", ["script"], { unsure: ["script"] });
    expect(told({ features: [unsure] })).toMatch(/^\?: the interval also holds shares/m);
  });

  test("that a tie at the ceiling is no match is said where there is one", () => {
    const random = [bests("eng_Latn", [1, 0])];
    const at = (auroc: number) => told({ random, features: [feature("eng_Latn", [], { auroc })] });
    expect(at(1)).toMatch(/Where a feature's AUROC is 1, random-auroc is not told/);
    expect(at(0.9)).not.toMatch(/AUROC is 1/);
  });
});

describe("of languages", () => {
  test("those that a control leaves alone are told, and whose doing their share is", () => {
    expect(told()).toMatch(
      /nothing about the script of eng_Latn: .* by the other languages' means alone\./,
    );
    expect(told()).toMatch(/nothing about the word order of jpn_Jpan: /);
    expect(told()).toMatch(/shuffling puts where another stood: eng_Latn 90\.0 %, jpn_Jpan 5\.0 %/);
  });

  test("those alone that are shown", () => {
    const japanese = told({ features: [feature("jpn_Jpan", ["script"])] });
    expect(japanese).not.toMatch(/eng_Latn|nothing about the script/);
    expect(japanese).toMatch(/romanising changes: jpn_Jpan 97\.0 %\.$/m);
  });

  test("of a control of before words were counted it is said that nobody did", () => {
    expect(told({ words_moved: null })).toMatch(/was not counted .* --kind shuffled --overwrite$/m);
    expect(told({ words_moved: null, controls: ["romanised"] })).not.toMatch(/counted/);
    expect(changedLines({ letters_changed: null, words_moved: null }, ["eng_Latn"])).toEqual([]);
  });
});

describe("of random directions", () => {
  const of = (...counts: [number | null, number | null][]) =>
    told({ random: counts.map((pair) => bests("eng_Latn", pair)) });

  test("where they are like the dictionary", () => {
    expect(of([1, 0])).toMatch(/as strongly on the first texts; over all texts they may fire more/);
  });

  test("p is no sign of a learned feature where they have as many, and only there", () => {
    expect(of([5, 3], [2, 4])).toMatch(/as many or more \(7 against 7\): p is no sign/);
    expect(of([5, 3], [3, 4])).not.toMatch(/no sign/);
    expect(of([0, 0])).not.toMatch(/no sign/);
    expect(of([5, 30], [null, 4])).not.toMatch(/no sign/);
  });
});
