import { mkdirSync } from "node:fs";
import { expect, test } from "vitest";
import { disagreement, refuseInnerRun } from "../../src/runs/inner-runs.js";
import { failureOf } from "../fixtures/failure.js";
import { metaOf, runOf, writeRun } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

test.each([
  ["holdout", /is itself of held-out texts\. Expected the run that it lies in: .*run\. Name/],
  ["controls/shuffled", /is itself a control\. Expected the run that it lies in: .*run\. Name/],
])("%s of a run is not a run to ask", (inner, words) => {
  writeRun(at("run"), runOf(metaOf(), { 1: [[1], [-1]] }));
  expect(failureOf(() => refuseInnerRun(at("run", inner))).message).toMatch(words);
});

test("a folder that is only called so is no run's", () => {
  mkdirSync(at("controls", "shuffled"), { recursive: true });
  expect(() => refuseInnerRun(at("controls", "shuffled"))).not.toThrow();
  expect(() => refuseInnerRun(at("holdout"))).not.toThrow();
});

test("the first thing in which runs disagree is told, further ones only where they are asked for", () => {
  const meta = metaOf();
  expect(disagreement(meta, metaOf())).toBeUndefined();
  expect(disagreement(meta, metaOf({ dtype: "bfloat16", pool: "text" }))).toBe("pool");
  expect(disagreement(meta, metaOf({ split: "devtest" }))).toBeUndefined();
  expect(disagreement(meta, metaOf({ split: "devtest" }), ["split"])).toBe("split");
});
