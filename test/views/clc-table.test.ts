import { expect, it } from "vitest";
import type { ClcResult } from "../../src/experiments/steering/clc-result.js";
import { clcLines } from "../../src/views/clc-table.js";

const estimate = (value: number) => ({ value, interval: { lo: value - 0.1, hi: value + 0.1 } });
const cell = (method: string, success: number): ClcResult["cells"][number] => ({
  ...{ source: "fra_Latn", target: "eng_Latn", layer: 1, alpha: 1, method, k: 1, layers: [1] },
  by_language: [
    { language: "jpn_Jpan", value: 3, over_none: 0.1 },
    { language: "por_Latn", value: 3, over_none: 0.4 },
  ],
  ...{ success: estimate(success), stays: estimate(0.2), distinct: estimate(0.7) },
  collateral: estimate(3),
  over_none: method === "No SV" ? null : { success: estimate(success), collateral: estimate(0.25) },
});
const result = (changes: Partial<ClcResult> = {}): ClcResult => ({
  ...{
    schema_version: 1,
    experiment: "steer-clc",
    run: "r",
    ranked_by: "v",
    model_id: "m",
    dictionaries: [],
  },
  ...{ prompt: "beginning", prompt_words: 5, max_new_tokens: 24, n_words_for_lid: 5 },
  ...{
    detector: "py3langid 0.4.0",
    positions: "counted",
    gate: { top_k: 2, threshold: 0, features: [] },
  },
  learned: null,
  vectors: {
    ...{ bank: null, train_n: 20, split: "dev", special_tokens: "drop", first_token: "drop" },
    normalize: false,
  },
  evaluation: {
    ...{ corpus: "manuals", split: "devtest", revision: null, eval_n: 60, other_eval_n: 60 },
    ...{
      source_documents: { fra_Latn: 20 },
      documents: 30,
      others: [],
      lacking: [],
      excluded: 3,
      is_disjoint: true,
    },
  },
  ...{
    is_enough: true,
    cells: [cell("No SV", 0), cell("SV-1L", 0.6)],
    continuations: [],
    gate_rates: [],
  },
  ...{ warnings: [], ...changes },
});

it("a row a method, the pair once, always beside the model as it is", () => {
  const lines = clcLines(result()).join("\n");
  expect(lines).toMatch(/fra_Latn → eng_Latn +1 +1 +No SV +0\.000 \[-?0\.100, 0\.100\] +– /);
  expect(lines).toMatch(/\n +SV-1L +0\.600 \[0\.500, 0\.700\] +0\.600 /);
  expect(lines).toMatch(/SV-1L .* por_Latn \+0\.400/);
  expect(lines).not.toMatch(/repeat themselves/);
  expect(lines).toMatch(/3 texts are left out/);
  expect(lines).not.toMatch(/Nothing is claimed/);
});

it("of a gate on many features, the first are told and how many there are more", () => {
  const gateOf = (count: number) => ({
    ...{ top_k: count, threshold: 0 },
    features: [
      { source: "fra_Latn", layer: 1, features: Array.from({ length: count }, (_, at) => at) },
    ],
  });
  expect(clcLines(result({ gate: gateOf(8) })).join("\n")).toMatch(/0, 1, 2, 3, 4, 5, 6, 7\):/);
  expect(clcLines(result({ gate: gateOf(512) })).join("\n")).toMatch(/6, 7, 504 more\): open/);
});

it("says where nothing is claimed, and why", () => {
  const few = { ...result().evaluation, eval_n: 10 };
  expect(clcLines(result({ is_enough: false, evaluation: few })).join("\n")).toMatch(
    /Only 10 texts/,
  );
  const untold = { ...result().evaluation, is_disjoint: null };
  expect(clcLines(result({ is_enough: false, evaluation: untold })).join("\n")).toMatch(
    /does not tell which texts/,
  );
});
