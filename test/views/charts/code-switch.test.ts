import { expect, test } from "vitest";
import type { CodeSwitchResult } from "../../../src/experiments/code-switching/code-switch.js";
import { nounFeatureChart, ownFeatureChart } from "../../../src/views/charts/code-switch.js";
import { renderSvg } from "../../../src/views/charts/render.js";
import { codeSwitchLines } from "../../../src/views/code-switch-table.js";

const result: CodeSwitchResult = {
  ...{
    schema_version: 1,
    run: "tiny",
    ranked_by: "v",
    layers: [1, 2],
    languages: ["tha_Thai", "eng_Latn"],
  },
  data: {
    ...{ source: "rows.jsonl", sha256: "0", rows: 20 },
    left_out: [{ why: "nothing follows its prefix", lines: [3, 4] }],
  },
  features: { tha_Thai: [7, 8], eng_Latn: [5, 6] },
  own_feature: [
    {
      language: "tha_Thai",
      ...{ own: [1, 2], foreign: [0.5, null], foreign_alone: [0, 0.25], own_alone: [3, 4] },
      standard_errors: {
        ...{ own: [0.25, 0.5], foreign: [null, null] },
        ...{ foreign_alone: [0, 0], own_alone: [null, null] },
      },
      n: { own: 5, foreign: 1, foreign_alone: 9, own_alone: 5 },
      by_noun: [],
    },
  ],
  noun_feature: [
    {
      ...{ language: "tha_Thai", own: [1, 2], after_foreign: [6, 7], alone: [3, 4] },
      standard_errors: { own: [0.25, 0.5], after_foreign: [1, 1], alone: [null, null] },
      n: { own: 5, after_foreign: 9, alone: 1 },
      by_prefix: [],
    },
  ],
  warnings: ["odd"],
};

// biome-ignore lint/suspicious/noExplicitAny: a specification is JSON, its data whatever a chart puts in
const valuesOf = (spec: object): any[] => (spec as any).data.values;

test("the first analysis: three curves a language, with no point where nothing was read", async () => {
  const { spec } = ownFeatureChart(result, "a model");
  const points = valuesOf(spec).map(({ what, layer, activation, feature }) => [
    ...[what, layer, activation, feature],
  ]);
  expect(points).toEqual([
    ["own noun behind own prefix (n = 5)", 1, 1, 7],
    ["own noun behind own prefix (n = 5)", 2, 2, 8],
    ["foreign noun behind own prefix (n = 1)", 1, 0.5, 7],
    ["foreign noun alone (n = 9)", 1, 0, 7],
    ["foreign noun alone (n = 9)", 2, 0.25, 8],
  ]);
  expect(JSON.stringify(spec)).toContain("a model, 20 sentences (rows.jsonl), 2 left out");
  expect(await renderSvg(spec)).toContain("foreign noun alone");
});

test("the converse: the noun's own feature behind foreign prefixes and alone", () => {
  const { spec } = nounFeatureChart(result, "a model");
  expect(valuesOf(spec).map(({ activation }) => activation)).toEqual([1, 2, 6, 7, 3, 4]);
});

test("bars are a standard error long to either side, their meaning is in the caption", async () => {
  const { spec, caption } = ownFeatureChart(result, "a model");
  const bars = valuesOf(spec).map(({ low, high, n }) => [low, high, n]);
  expect(bars).toEqual([
    ...[
      [0.75, 1.25, 5],
      [1.5, 2.5, 5],
      [undefined, undefined, 1],
    ],
    ...[
      [0, 0, 9],
      [0.25, 0.25, 9],
    ],
  ]);
  expect(caption).toContain("± one standard error of the mean, over sentences");
  const drawn = (await renderSvg(spec)).match(/<line [^>]*aria-roledescription="rule mark"/g);
  expect(drawn).toHaveLength(4);
});

test("the table has both at one layer, with standard errors and numbers, and what was left out", () => {
  const lines = codeSwitchLines(result, 2).map((line) => line.replace(/ +/g, " ").trim());
  expect(lines).toContain("tha_Thai 8 2.000 ± 0.500 (5) – 0.250 ± 0.000 (9)");
  expect(lines).toContain("tha_Thai 8 7.000 ± 1.000 (9) 4.000 ± ? (1)");
  expect(lines).toContain("Other layers: 1 (--layer).");
  expect(lines).toContain("left out: nothing follows its prefix (lines 3, 4)");
  expect(lines).toContain("warning: odd");
});
