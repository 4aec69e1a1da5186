import { expect, test } from "vitest";
import { compareRuns } from "../../src/comparison/compare-runs.js";
import { comparisonLines } from "../../src/views/comparison-table.js";
import { threeLanguageRun } from "../fixtures/tui.js";

test("a run is as itself", () => {
  const run = threeLanguageRun();
  const same = comparisonLines(2, compareRuns(run, run, 2));
  expect(
    same.filter((line) => /eng_Latn +1\.00 +– +0 \(4\.000\) +0 \(4\.000\) +0\.000$/.test(line)),
  ).toHaveLength(1);
});

test("long lists of features are cut with how many more there are", () => {
  const run = threeLanguageRun();
  const [first] = compareRuns(run, run, 2);
  const lines = comparisonLines(2, [
    { ...(first as NonNullable<typeof first>), gained: [1, 2, 3, 4, 5, 6] },
  ]);
  expect(lines.join("\n")).toContain("1 2 3 4 and 2 more");
});
