import { expect, it } from "vitest";
import { methodsSheet } from "../../src/report/methods-sheet.js";
import { openRun } from "../../src/runs/read.js";
import { metaOf, runOf } from "../fixtures/runs.js";

const demo = openRun("v_score_runs/demo");

it("tells every choice, count and hash of a run, and claims nothing from few texts", () => {
  const sheet = methodsSheet(demo);
  expect(sheet).toMatch(/^# Methods: demo\n\nOnly 48 texts a language: .* nothing is claimed\.\n/);
  const { meta, evidence } = demo;
  for (const told of [
    ...[meta.model_revision, meta.corpus_revision, ...Object.values(meta.texts_sha256)],
    ...meta.dictionaries.flatMap(({ sae_id, revision }) => [sae_id, revision]),
    ...Object.entries(meta.versions).map(([name, version]) => `${name} ${version}`),
    ...meta.warnings,
    ...[`${evidence?.facts.tests} tests`, `${evidence?.facts.units} texts that translations share`],
    "seed 0",
  ])
    expect(sheet).toContain(told);
  for (const layer of meta.layers) expect(sheet).toMatch(new RegExp(`\\| ${layer} \\| arb_Arab `));
});

it("is careful with words", () => {
  const sheet = methodsSheet(demo);
  expect(sheet).not.toMatch(/\bencodes?\b|proves?\b|significant/);
  const many = { ...demo, meta: { ...demo.meta, texts: { eng_Latn: 100 } } };
  expect(methodsSheet(many)).toMatch(/said to be associated with a language.*is not claimed/);
});

it("tells what a run does not know", () => {
  const run = runOf(metaOf({ pool: "text", sample: "random", seed: 7, rescored_from: "big|one" }), {
    1: [
      [1, 2],
      [-1, -2],
    ],
  });
  const sheet = methodsSheet(run);
  expect(sheet).toContain("Not known: the run has no evidence.safetensors.");
  expect(sheet).toContain("smallest SHA-256 with the seed 7");
  expect(sheet).toContain("its mean over a text's counted tokens");
  expect(sheet).toContain("With 2 languages none can be left out of the comparison.");
  expect(sheet).toMatch(/\| 1 \| eng_Latn \| 1 \| 2\.000 \| – \| – \| – \| – \|/);
});
