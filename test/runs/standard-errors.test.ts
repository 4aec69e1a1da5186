import { expect, test } from "vitest";
import type { FinishedRun } from "../../src/runs/read.js";
import { errorOfV, errorsOfMeans } from "../../src/runs/standard-errors.js";
import { threeLanguageRun } from "../fixtures/tui.js";

/** Standard errors 3, 4 and 8 of feature 2 at layer 1. */
function runWithErrors(errors = [3, 4, 8]): FinishedRun {
  const run = threeLanguageRun() as FinishedRun;
  const statistics = run.statistics.get(1);
  for (const [k, error] of errors.entries())
    if (statistics !== undefined) statistics.standardError[k * 4 + 2] = error;
  return run;
}
const place = { layer: 1, language: "eng_Latn", feature: 2 };

test("the error of v: that of the language, and of the others as much as they weigh", () => {
  expect(errorsOfMeans(runWithErrors(), 1, 2)).toEqual([3, 4, 8]);
  // √(9 + (16 + 64) / 4)
  expect(errorOfV(runWithErrors(), place)).toBeCloseTo(Math.sqrt(29), 6);
  expect(errorOfV(runWithErrors(), { ...place, language: "tha_Thai" })).toBeCloseTo(
    Math.sqrt(64 + 25 / 4),
    6,
  );
});

test("there is none where one of the means has none, and in a run of another tool", () => {
  const single = runWithErrors([3, Number.NaN, 8]);
  expect(errorsOfMeans(single, 1, 2)).toEqual([3, null, 8]);
  expect(errorOfV(single, place)).toBeNull();
  const { languages, layers } = single.meta;
  const foreign = { ...single, statistics: null, meta: { languages, layers } };
  expect(errorOfV(foreign, place)).toBeNull();
});
