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
    expect(sentences.join("\n")).toContain(
      "ranked by the same texts that v and the means are from",
    );
  expect(caveats({ ...run, meta: { ...run.meta, control: "shuffled" } })[0]).toMatch(
    /^A control \(shuffled\): /,
  );
  expect(caveats(run)[0]).toMatch(/^Only 2 texts a language: .* nothing is claimed/);
});

test("held-out texts tell how much of v is left", () => {
  const halved = new Map(
    [...run.statistics].map(([layer, own]) => [
      layer,
      { ...own, mean: own.mean.map((mean) => mean / 2) },
    ]),
  );
  const heldOut = { meta: { ...run.meta, split: "devtest" }, statistics: halved };
  expect(caveats({ ...run, heldOut }).join("\n")).toMatch(
    /Of the best feature's v 44 % is left on devtest, which had no part in ranking/,
  );
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
