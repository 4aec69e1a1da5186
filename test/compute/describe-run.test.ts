import { expect, test } from "vitest";
import { describeRun } from "../../src/compute/describe-run.js";
import { textsFingerprint } from "../../src/plan.js";
import { Meta } from "../../src/runs/meta.js";
import { token } from "../fixtures/frames.js";
import { loadedOf } from "../fixtures/loaded.js";
import { configOf } from "../fixtures/runs.js";
import { languageSums } from "../fixtures/sums.js";

const ENGLISH = languageSums(
  "eng_Latn",
  { 1: [[token(1), token(0), token(0)], [token(3)], [token(0)]] },
  1,
);
const SPANISH = languageSums("spa_Latn", { 1: [[token(0), token(0)]] }, 1);
const config = configOf({ sample: "random", seed: 5, pool: "text" });
const meta = describeRun({
  lettersChanged: null,
  wordsMoved: { eng_Latn: 0.8, spa_Latn: 0 },
  config,
  loaded: loadedOf(),
  languages: [ENGLISH, SPANISH],
  corpusRevision: "sha256:1",
  sharesIds: true,
  truncated: new Map([["spa_Latn", 1]]),
  ...{ batchTokens: 512, precision: null, cluster: null },
  started: new Date("2025-01-01T00:00:00Z"),
  finished: new Date("2025-01-01T00:01:02.345Z"),
  seconds: 62.345,
  secondsByPart: { load: 3, extract: 50 },
  resumed: 2,
  warnings: ["careful"],
});

test("what is written is what a reader of meta.json accepts", () => {
  expect(Meta.parse(JSON.parse(JSON.stringify(meta)))).toEqual(meta);
});

test("texts and tokens are counted by language: used, skipped, cut, counted, all", () => {
  expect(meta).toMatchObject({
    texts: { eng_Latn: 2, spa_Latn: 1 },
    texts_skipped: { eng_Latn: 1, spa_Latn: 0 },
    texts_truncated: { eng_Latn: 0, spa_Latn: 1 },
    tokens_counted: { eng_Latn: 3, spa_Latn: 2 },
    tokens: { eng_Latn: 5, spa_Latn: 2 },
    texts_sha256: { eng_Latn: textsFingerprint(ENGLISH.texts) },
  });
});

test("it says how the run was asked for, and what was really used", () => {
  const { model, languages, layers, sample, seed, pool, split, corpus } = config;
  expect(meta).toMatchObject({ model, languages, layers, sample, seed, pool, split, corpus });
  expect(meta).toMatchObject({
    model_revision: "abc",
    device: "cpu",
    device_name: "Some CPU",
    dtype: "float32",
    batch_tokens: 512,
    duration_s: 62.345,
    resumed: 2,
    rescored_from: null,
    merged_from: null,
    warnings: ["careful"],
  });
});
