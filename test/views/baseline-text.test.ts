import { expect, it } from "vitest";
import type { BaselineResult } from "../../src/experiments/steering/baseline.js";
import { baselineLines } from "../../src/views/baseline-text.js";

const row = (method: string, continuation: string, label: string | null) => ({
  ...{ method, continuation, tokens: 3, label, score: 0.9 },
  ce_first: { value: 5.25, interval: { lo: 5, hi: 5.5 } },
});
const result: BaselineResult = {
  ...{ schema_version: 1, experiment: "steer-baseline", run: "r", ranked_by: "v", model_id: "m" },
  ...{
    dictionaries: [],
    positions: "counted",
    gate: { top_k: 2, threshold: 0, features: [] },
    learned: null,
  },
  vectors: {
    ...{ bank: null, train_n: 4, split: "dev", special_tokens: "drop", first_token: "drop" },
    normalize: false,
  },
  evaluation: {
    ...{ corpus: "manuals", split: "devtest", revision: null, eval_n: 2, other_eval_n: 0 },
    ...{
      source_documents: { fra_Latn: 20 },
      documents: 2,
      others: [],
      lacking: [],
      excluded: 0,
      is_disjoint: true,
    },
  },
  ...{ is_enough: false, warnings: [], source: "eng_Latn", target: "fra_Latn", layer: 1, alpha: 1 },
  ...{ max_new_tokens: 3, detector: "ear 1", text: "t1", prompt: "Go on.\nText: a\u001b\nSo:" },
  methods: [
    row("No SV", " one\ntwo\u001b", "eng_Latn"),
    row("SV-1L", " un", "fra_Latn"),
    row("SAE-1L", " 1", null),
  ],
};

it("prompt and continuations stand as they are, without what would move a cursor", () => {
  const lines = baselineLines(result);
  expect(lines).toContain("  │ Text: a␛");
  expect(lines).toContain("  one⏎two␛");
  expect(lines).toContain(
    "No SV: 3 tokens, taken for English (eng_Latn, 0.90); CE of the target's name 5.250 [5.000, 5.500]",
  );
  expect(lines.join("\n")).toMatch(/SAE-1L: 3 tokens, in no language that the detector tells;/);
  expect(lines).toContain("Only 2 texts a language. Nothing is claimed.");
});
