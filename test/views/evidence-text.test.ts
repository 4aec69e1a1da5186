import { expect, it } from "vitest";
import { openRun } from "../../src/runs/read.js";
import { topFeatures } from "../../src/runs/top-features.js";
import {
  chanceText,
  claimLines,
  evidenceLines,
  intervalText,
  tooFewTexts,
} from "../../src/views/evidence-text.js";

const demo = openRun("v_score_runs/demo");
const top = topFeatures(demo, { topK: 1 });

it("tells how intervals, p and held-out v came about", () => {
  const told = evidenceLines(demo, top).join("\n");
  expect(told).toMatch(/1000 resamples of \d+ texts that translations share\.\n/);
  expect(told).toMatch(/family-wise over \d+ tests; q: .*\(the least of them is \.\d+\)/);
  expect(told).toMatch(/mean of 20 halvings\..* npx vscore holdout demo/);
  const deep = topFeatures(demo, { topK: 60, layer: 1, language: "eng_Latn" });
  expect(evidenceLines(demo, deep)[0]).toMatch(/– where it was not gathered/);
});

it("tells what is not known", () => {
  expect(evidenceLines({ ...demo, evidence: null }, top)[0]).toMatch(/no evidence\.safetensors/);
  const heldOut = { meta: { ...demo.meta, split: "devtest" }, statistics: demo.statistics };
  expect(evidenceLines({ ...demo, heldOut }, top).at(-1)).toMatch(/held-out: v on devtest/);
  const { evidence } = demo;
  if (evidence === null) throw new Error("the demo has no evidence");
  const untested = { ...evidence, facts: { ...evidence.facts, untested: "no reason" } };
  expect(evidenceLines({ ...demo, evidence: untested }, top)[1]).toBe(
    "p, q: not tested, for no reason.",
  );
});

it("claims nothing from few texts, of the run or held out", () => {
  expect(claimLines(demo)[0]).toMatch(/^Only 48 texts/);
  const texts = { eng_Latn: 60 };
  const many = { ...demo, meta: { ...demo.meta, texts } };
  expect(claimLines(many)).toEqual([]);
  const held = { meta: { ...demo.meta, texts: { eng_Latn: 10 } }, statistics: demo.statistics };
  expect(tooFewTexts({ ...many, heldOut: held })).toBe(10);
});

it("numbers that are not there are dashes, and tiny ones are told as such", () => {
  expect([chanceText(null), chanceText(0.000999), chanceText(0.05), chanceText(1)]).toEqual([
    ...["–", "<.001", ".050", "1.000"],
  ]);
  expect([intervalText(null), intervalText({ lo: -1, hi: 2 })]).toEqual(["–", "[-1.000, 2.000]"]);
});
