import { expect, test } from "vitest";
import { compareRuns, spearman } from "../../src/comparison/compare-runs.js";
import { rank, vScores } from "../../src/reduce/v-score.js";
import type { ForeignRun } from "../../src/runs/foreign.js";
import { rankedBy } from "../../src/runs/rank-by.js";
import { failureOf } from "../fixtures/failure.js";
import { sharingRun } from "../fixtures/sharing-run.js";

/** A run with one layer, from its means: one array of features for each language. */
const runOf = (name: string, means: Record<string, number[]>, layer = 0): ForeignRun => ({
  name,
  folder: `/${name}`,
  meta: { languages: Object.keys(means), layers: [layer] },
  rankings: new Map([
    [layer, rank(vScores(Object.values(means).map((row) => Float64Array.from(row))))],
  ]),
  statistics: null,
});

test("agreement is over what both have, by hand", () => {
  const first = runOf("first", { eng_Latn: [4, 3, 0, 0], fra_Latn: [0, 0, 2, 0] });
  const second = runOf("second", { fra_Latn: [0, 0, 5, 0], eng_Latn: [1, 3, 2, 0] });
  expect(compareRuns(first, second, 2).agreements).toEqual([
    {
      layer: 0,
      language: "eng_Latn",
      // {0, 1} and {1, 0}; v of feature 0 is 4 and 1, of 2 is −2 and −3.
      jaccard: 1,
      first: { feature: 0, v: 4 },
      second: { feature: 1, v: 3 },
      largest_difference: 3,
      rank_correlation: null,
      gained: [],
      lost: [],
    },
    {
      layer: 0,
      language: "fra_Latn",
      // {2, 3} and {2, 3}.
      jaccard: 1,
      first: { feature: 2, v: 2 },
      second: { feature: 2, v: 3 },
      largest_difference: 3,
      rank_correlation: null,
      gained: [],
      lost: [],
    },
  ]);
  const [english] = compareRuns(
    first,
    runOf("third", { eng_Latn: [0, 3, 4, 0], fra_Latn: [0, 0, 0, 0] }),
    2,
  ).agreements;
  expect(english?.jaccard).toBeCloseTo(1 / 3);
  // Of features 0, 1, 2: ranks 0, 1, 3 there and 3, 1, 0 here (of 4), so the order is turned round.
  expect(english).toMatchObject({ gained: [2], lost: [0], rank_correlation: -1 });
});

test("nothing in common is refused with what each has", () => {
  const run = runOf("one", { eng_Latn: [1, 0], fra_Latn: [0, 1] });
  const other =
    (means: Record<string, number[]>, layer = 0) =>
    () =>
      compareRuns(run, runOf("other", means, layer), 2);
  expect(failureOf(other({ tha_Thai: [1, 0], vie_Latn: [0, 1] })).message).toContain(
    "no language in common: the first has eng_Latn, fra_Latn, the second tha_Thai, vie_Latn.",
  );
  expect(failureOf(other({ eng_Latn: [1, 0], fra_Latn: [0, 1] }, 3)).message).toContain(
    "no layer in common: the first has 0, the second 3.",
  );
});

test("where dictionaries differ, no feature of one is set beside one of the other", () => {
  const first = runOf("first", { eng_Latn: [1, 0], fra_Latn: [0, 1] });
  const wider = runOf("wider", { eng_Latn: [4, 0, 1], fra_Latn: [0, 1, 1] });
  const comparison = compareRuns(first, wider, 2);
  expect(comparison.agreements).toEqual([]);
  expect(comparison.bests.map(({ language, second }) => [language, second?.v])).toEqual([
    ["eng_Latn", 4],
    ["fra_Latn", 1],
  ]);
  expect(comparison.agreements).toEqual([]);
  const same = compareRuns(first, first, 2);
  expect(same.bests).toEqual([]);
  expect(same.agreements).toHaveLength(2);
});

test("Spearman's rho of orders that are known", () => {
  expect(spearman([1, 2, 3, 4], [10, 20, 30, 40])).toBe(1);
  expect(spearman([1, 2, 3, 4], [4, 3, 2, 1])).toBe(-1);
  // d = 1, 1, 0, 0: 1 − 6·2 / (4·15).
  expect(spearman([1, 2, 3, 4], [2, 1, 3, 4])).toBeCloseTo(0.8);
  expect(spearman([1, 2], [1, 2])).toBeNull();
});

test("by another measure lists are those of it, v is v, and what has no rank in both has no correlation", () => {
  const run = sharingRun();
  const [byV] = compareRuns(run, run, 1).agreements;
  expect(byV?.first).toEqual({ feature: 0, v: 5.5 });
  const byMargin = rankedBy(run, "margin");
  const [own] = compareRuns(byMargin, byMargin, 3).agreements;
  expect(own).toMatchObject({ first: { feature: 1, v: 4 }, second: { feature: 1, v: 4 } });
  expect(own).toMatchObject({ jaccard: 1, rank_correlation: 1, largest_difference: 0 });
  const byTau = rankedBy(run, "tau");
  // Of English two are ranked; a third one is among no best features.
  expect(compareRuns(byTau, byTau, 3).agreements[0]?.rank_correlation).toBeNull();
});
