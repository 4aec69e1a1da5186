import { expect, test } from "vitest";
import { compareRuns } from "../../src/comparison/compare-runs.js";
import { comparisonLines } from "../../src/views/comparison-table.js";
import { threeLanguageRun } from "../fixtures/tui.js";

test("a run is as itself; languages that only one has are named with what that means", () => {
  const run = threeLanguageRun();
  const same = comparisonLines(run, run, 2, compareRuns(run, run, 2));
  expect(
    same.filter((line) => /eng_Latn +1\.00 +– +0 \(4\.000\) +0 \(4\.000\) +0\.000$/.test(line)),
  ).toHaveLength(1);
  const fewer = { ...run, meta: { ...run.meta, languages: ["eng_Latn", "fra_Latn"] } };
  expect(comparisonLines(run, fewer as never, 2, []).join("\n")).toContain(
    "Not in both: tha_Thai.",
  );
});

test("long lists of features are cut with how many more there are", () => {
  const run = threeLanguageRun();
  const [first] = compareRuns(run, run, 2);
  const lines = comparisonLines(run, run, 2, [
    { ...(first as NonNullable<typeof first>), gained: [1, 2, 3, 4, 5, 6] },
  ]);
  expect(lines.join("\n")).toContain("1 2 3 4 and 2 more");
});
