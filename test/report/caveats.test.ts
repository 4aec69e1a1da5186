import { expect, test } from "vitest";
import { caveats } from "../../src/report/caveats.js";
import type { Meta } from "../../src/runs/meta.js";
import type { FinishedRun } from "../../src/runs/read.js";
import { threeLanguageRun } from "../fixtures/tui.js";

const run = threeLanguageRun() as FinishedRun;
const told = (changes: Partial<Meta>) =>
  caveats({ ...run, meta: { ...run.meta, ...changes } }).join("\n");

test("the texts that ranked the features are those that the numbers are from", () => {
  const foreign = { ...run, statistics: null, meta: { languages: ["eng_Latn"], layers: [1] } };
  for (const sentences of [caveats(run), caveats(foreign)])
    expect(sentences[0]).toContain("ranked by the same texts that v and the means are from");
});

test("only of the texts that the embedded model was trained on is that said", () => {
  const words = "trained on these very texts (udhr, dev)";
  expect(told({ corpus: "udhr", split: "dev" })).toContain(words);
  for (const held of [
    { split: "devtest" },
    { corpus: "manuals" },
    { model_id: "google/gemma-2-2b" },
  ] as const)
    expect(told({ corpus: "udhr", split: "dev", ...held })).not.toContain(words);
});
