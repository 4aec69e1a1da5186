import { expect, test } from "vitest";
import type { AblationSet } from "../../../src/experiments/ablation/ablation-result.js";
import { type MeasuredLanguage, summarise } from "../../../src/experiments/ablation/summarise.js";

const set = (ablated: string, kind: AblationSet["kind"] = "language", draw = 0): AblationSet => ({
  ...{ ablated, config: "top1", kind, draw, features: [], means: [] },
});
const SETS = [
  set("eng"),
  set("fra"),
  set("eng", "random"),
  set("eng", "random", 1),
  set("fra", "random"),
];
const PLACES = [0, 1, 2, 3, 3];
/** A layer whose sets all languages are read under. */
const layerOf = (layer: number, sets: AblationSet[], places: number[]) => ({
  ...{ layer, sets },
  on: () => ({ sets, places }),
});
const layers = [1, 2].map((layer) => layerOf(layer, SETS, PLACES));

/** Two texts of 2 and 4 tokens; losses are those of the model as it is, and so much more. */
function measured(language: string, more: number[]): MeasuredLanguage {
  const tokens = Uint32Array.of(2, 4);
  const base = Float64Array.of(10, 30);
  const under = (factor: number) => ({
    tokens,
    loss: more.map((each) => Float64Array.of(10 + factor * each * 2, 30 + factor * each * 4)),
  });
  return {
    ...{ language, unitOf: [0, 1], baseline: { tokens, loss: [base] } },
    layers: new Map([
      [1, under(1)],
      [2, under(3)],
    ]),
  };
}

// Per token: English features cost English 1, French .1; French ones .2 and 2; random ones .3 and .5 on English, .5 on French.
const { cells, summary } = summarise(
  [measured("eng", [1, 0.2, 0.3, 0.5]), measured("fra", [0.1, 2, 0.7, 0.5])],
  layers,
  2,
  0,
);
const cell = (layer: number | null, ablated: string, evaluated: string, kind = "language") =>
  cells.find(
    (each) =>
      each.layer === layer &&
      each.ablated === ablated &&
      each.evaluated === evaluated &&
      each.kind === kind,
  );

test("ΔCE is per token, of each layer and over the layers", () => {
  expect(cell(1, "eng", "eng")?.delta.value).toBeCloseTo(1);
  expect(cell(2, "eng", "eng")?.delta.value).toBeCloseTo(3);
  expect(cell(null, "eng", "eng")?.delta.value).toBeCloseTo(2);
  expect(cell(1, "fra", "eng")?.delta.value).toBeCloseTo(0.2);
  expect(cell(1, "eng", "eng")?.delta_text_mean).toBeCloseTo(1);
});

test("draws of random features are averaged", () => {
  expect(cell(1, "eng", "eng", "random")?.delta.value).toBeCloseTo(0.4);
  expect(cell(1, "fra", "fra", "random")?.delta.value).toBeCloseTo(0.5);
});

test("the interval of random features is also over the draws, that of a single draw is over texts", () => {
  // Draws of .3 and .5, each the same in both texts.
  expect(cell(1, "eng", "eng", "random")?.delta.interval?.lo).toBeCloseTo(0.3);
  expect(cell(1, "eng", "eng", "random")?.delta.interval?.hi).toBeCloseTo(0.5);
  expect(cell(1, "fra", "fra", "random")?.delta.interval?.lo).toBeCloseTo(0.5);
});

test("texts of one document are drawn together", () => {
  const english = measured("eng", [1]);
  const delta = Float64Array.of(12, 36);
  const layers = new Map([[1, { tokens: Uint32Array.of(2, 4), loss: [delta] }]]);
  const only = [layerOf(1, [set("eng")], [0])];
  const interval = (unitOf: number[], units: number) =>
    summarise([{ ...english, unitOf, layers }, measured("fra", [0])], only, units, 0).cells[0]
      ?.delta.interval;
  // 1 nat a token in one text, 1.5 in the other.
  expect(interval([0, 1], 2)).toEqual({ lo: 1, hi: 1.5 });
  expect(interval([0, 0], 1)).toBeNull();
});

test("how active random features are on the language, in parts of its own ones", () => {
  const active = (kind: AblationSet["kind"], means: number[], draw = 0) => ({
    ...set("eng", kind, draw),
    means,
  });
  const sets = [
    active("language", [3, 1]),
    active("random", [1, 1]),
    active("random", [1.5, 0.5], 1),
  ];
  const two = [measured("eng", [1, 0.2, 0.3]), measured("fra", [0.1, 0, 0])];
  const both = [layerOf(1, sets, [0, 1, 2]), layerOf(2, sets, [0, 1, 2])];
  const { summary } = summarise(two, both, 2, 0);
  expect(summary.map(({ random_activation }) => random_activation)).toEqual([0.5, 0.5, 0.5]);
});

test("an effect that is the same in every text has an interval of no width", () => {
  const { interval } = cell(1, "eng", "eng")?.delta ?? {};
  expect(interval?.lo).toBeCloseTo(1);
  expect(interval?.hi).toBeCloseTo(1);
});

test("the summary sets a language's features beside other languages and both controls", () => {
  const english = summary.find(({ layer, ablated }) => layer === 1 && ablated === "eng");
  expect(english?.own.value).toBeCloseTo(1);
  expect(english?.others_mean.value).toBeCloseTo(0.1);
  expect(english?.largest_other.evaluated).toBe("fra");
  expect(english?.random?.value).toBeCloseTo(0.4);
  expect(english?.other_features).toMatchObject({ ablated: "fra" });
  expect(english?.over_others.value).toBeCloseTo(0.9);
  expect(english?.over_random?.value).toBeCloseTo(0.6);
  expect(english?.over_other_features?.value).toBeCloseTo(0.8);
  expect(summary).toHaveLength(6);
});

test("one ablated language has no rival, and one that was not evaluated no summary", () => {
  const alone = [layerOf(1, [set("eng")], [0])];
  const [only] = summarise([measured("eng", [1]), measured("fra", [0.1])], alone, 2, 0).summary;
  expect(only).toMatchObject({ random: null, other_features: null, over_random: null });
  const absent = [layerOf(1, [set("tha")], [0])];
  const found = summarise([measured("eng", [1]), measured("fra", [0.1])], absent, 2, 0);
  expect(found.summary).toEqual([]);
  expect(found.cells).toHaveLength(2);
});
