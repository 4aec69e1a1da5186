import { expect, test } from "vitest";
import type { ImportedResult } from "../../src/exchange/imported-result.js";
import { recognisePickle } from "../../src/exchange/recognise.js";
import { amountsOf, importLines } from "../../src/views/import-table.js";

const imported = (value: unknown): ImportedResult => ({
  schema_version: 1,
  source: { file: "x\u001b.pkl", format: "pickle", sha256: "0" },
  ...recognisePickle(value),
});

test.each([
  [{ M: [[1]], M_per_layer: [[[1, null]]], languages: ["en"], layers: [0, 1] }, 2, 1],
  [{ fig5_data: { en: { fr: [1, null, 3] } } }, 2, 1],
  [{ synergy_data: { "a|b": [{ delta_a: 1, delta_b: 2, delta_ab: null, synergy: 4 }] } }, 3, 1],
  [{ results: { qa: { en: { baseline: 1, "top-1": null } } } }, 1, 1],
])("numbers and missing ones of %j", (value, numbers, missing) => {
  expect(amountsOf(imported(value))).toEqual({ numbers, missing });
});

test("a line a file and its warnings; names and long lists are tamed", () => {
  const layers = Array.from({ length: 28 }, (_, layer) => layer);
  const fig5_mean = { en: { fr: 1 } };
  const result = imported({ fig5_data: { en: { fr: layers } }, layers, fig5_mean });
  const lines = importLines([result], "out");
  expect(lines).toContain("x␛.pkl  ablation-by-layer  en fr      0 … 27 (28)       28        0");
  expect(lines).toContain("warning: x␛.pkl: 1 of its means are not those of their series");
  expect(lines.at(-1)).toContain("Wrote each as JSON into out");
});
