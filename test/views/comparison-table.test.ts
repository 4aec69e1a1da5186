import { expect, test } from "vitest";
import { compareRuns } from "../../src/comparison/compare-runs.js";
import { comparisonLines } from "../../src/views/comparison-table.js";
import { threeLanguageRun } from "../fixtures/tui.js";

const run = threeLanguageRun();
const same = compareRuns(run, run, 2);
/** The same scores, as if of dictionaries that are others at layer 2. */
const [first, second] = run.meta.dictionaries as [object, object];
const otherAtTwo = {
  ...run,
  meta: { ...run.meta, dictionaries: [first, { ...second, sae_id: "wide" }] },
} as typeof run;

test("a run is as itself", () => {
  const lines = comparisonLines(2, same);
  expect(
    lines.filter((line) => /eng_Latn +1\.00 +– +0 \(4\.000\) +0 \(4\.000\) +0\.000$/.test(line)),
  ).toHaveLength(1);
  expect(lines.join("\n")).not.toContain("v / mean");
});

test("all lines in one: the same best feature how often, the middle and the least overlap", () => {
  const [agreement] = same.agreements as [(typeof same.agreements)[0]];
  const agreements = [1, 0.2, 0.5].map((jaccard, layer) => ({
    ...{ ...agreement, jaccard, layer },
    second: { feature: layer === 2 ? 3 : agreement.first.feature, v: 1 },
  }));
  expect(comparisonLines(2, { ...same, agreements })).toContain(
    "All in all: the same best feature in 2 of 3; median Jaccard 0.50, the least 0.20 (layer 1, eng_Latn).",
  );
});

test("long lists of features are cut with how many more there are", () => {
  const [agreement] = same.agreements;
  const long = { ...(agreement as NonNullable<typeof agreement>), gained: [1, 2, 3, 4, 5, 6] };
  const lines = comparisonLines(2, { ...same, agreements: [long] });
  expect(lines.join("\n")).toContain("1 2 3 4 and 2 more");
});

test("a layer with other dictionaries has lines of its own, under why", () => {
  const text = comparisonLines(2, compareRuns(run, otherAtTwo, 2)).join("\n");
  const [above, below] = text.split("Layer 2: the dictionaries differ") as [string, string];
  expect(above).toMatch(/^ +1 +eng_Latn +1\.00/m);
  expect(above).not.toMatch(/^ +2 /m);
  // v 5 of a mean of 5; 2 is the language's first and 0 in a top 2 that it shares with nobody.
  expect(below).toMatch(/^ +2 +eng_Latn +2 \(5\.000\) +1\.00 +25\.0 % +2 +2 \(5\.000\) +1\.00 /m);
});

test("what a run does not have is a question mark, a layer of the other alone a dash", () => {
  const best = { feature: 7, v: 2, own: 3 };
  const told = { ...best, mean: 4, share: 0.5, active_fraction: 0.1 };
  const foreign = { ...best, mean: null, share: null, active_fraction: null };
  const text = comparisonLines(2, {
    layers: [
      { layer: 1, run: "first", comparable: "languages", why: "other_models" },
      { layer: 4, run: "second", comparable: "languages", why: "other_models" },
    ],
    agreements: [],
    bests: [
      { layer: 1, language: "eng_Latn", first: told, second: null },
      { layer: 4, language: "eng_Latn", first: null, second: foreign },
    ],
  }).join("\n");
  expect(text).toMatch(/^ +1 +eng_Latn +7 \(2\.000\) +0\.50 +10\.0 % +3 +– +– +– +–$/m);
  expect(text).toMatch(/^ +4 +eng_Latn +– +– +– +– +7 \(2\.000\) +\? +\? +3$/m);
  expect(text).toContain("Layer 1, 4: the models differ");
  expect(text).toContain("are no pairs");
});
