import { describe, expect, test } from "vitest";
import {
  ablationSets,
  distinctSets,
  parseConfigs,
  setsOn,
} from "../../../src/experiments/ablation/ablation-sets.js";
import { failureOf } from "../../fixtures/failure.js";
import { metaOf, runOf } from "../../fixtures/runs.js";

describe("configurations", () => {
  test("are each rank and all together, unless they are named", () => {
    expect(parseConfigs(undefined, 2)).toEqual([
      { name: "top1", ranks: [1] },
      { name: "top2", ranks: [2] },
      { name: "top1+2", ranks: [1, 2] },
    ]);
    expect(parseConfigs(undefined, 1)).toEqual([{ name: "top1", ranks: [1] }]);
    expect(parseConfigs("top2, top1+3", 3).map(({ ranks }) => ranks)).toEqual([[2], [1, 3]]);
  });

  test.each([
    ["best", 'found "best"'],
    ["top0", "Expected ranks"],
    ["top01", "Expected ranks"],
    ["top1+1", "each once"],
    ["top3", "--top-k is 2"],
    ["top1,top1", "stands there twice"],
    ["", "Expected ranks"],
  ])("%s is refused", (text, words) => {
    const error = failureOf(() => parseConfigs(text, 2));
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain(words);
  });
});

const FEATURES = 40;
/** Two languages; feature 0 and 1 are English, 2 and 3 Spanish; the rest alike, with means that rise with their number. */
const run = runOf(
  metaOf(),
  {
    1: [
      Array.from({ length: FEATURES }, (_, f) => (f < 2 ? 9 - f : -f)),
      Array.from({ length: FEATURES }, (_, f) => (f === 2 || f === 3 ? 12 - f : -f)),
    ],
  },
  { 1: [0, 1].map(() => Array.from({ length: FEATURES }, (_, f) => (f < 4 ? 20 : f))) },
);
const options = {
  languages: ["eng_Latn", "spa_Latn"],
  configs: parseConfigs(undefined, 2),
  draws: 2,
  seed: 0,
};

test("each language's best features, and for each as many random ones that are as active on it", () => {
  const sets = ablationSets(run, 1, options);
  expect(sets.filter(({ kind }) => kind === "language").map(({ features }) => features)).toEqual([
    ...[[0], [1], [0, 1]],
    ...[[2], [3], [2, 3]],
  ]);
  const randoms = sets.filter(({ kind }) => kind === "random");
  expect(randoms).toHaveLength(12);
  for (const { features, means, config } of randoms) {
    expect(features).toHaveLength(config === "top1+2" ? 2 : 1);
    expect(new Set(features).size).toBe(features.length);
    // Nobody's best, and among the ten whose mean is nearest to 20.
    for (const feature of features) expect(feature).toBeGreaterThan(3);
    for (const mean of means) expect(Math.abs(mean - 20)).toBeLessThanOrEqual(6);
  }
  const draws = randoms.filter(
    ({ ablated, config }) => ablated === "eng_Latn" && config === "top1+2",
  );
  expect(draws[0]?.features).not.toEqual(draws[1]?.features);
});

test("the draws are the same every time, whatever else is asked for, and others with another seed", () => {
  const randoms = (changes: object) =>
    ablationSets(run, 1, { ...options, ...changes }).filter(
      ({ kind, ablated }) => kind === "random" && ablated === "spa_Latn",
    );
  expect(randoms({ languages: ["spa_Latn"] })).toEqual(randoms({}));
  expect(randoms({ seed: 1 }).map(({ features }) => features)).not.toEqual(
    randoms({}).map(({ features }) => features),
  );
});

test("where there are no other features there are no random ones", () => {
  const small = runOf(metaOf(), {
    1: [
      [2, 1, 0, -1],
      [-1, 0, 1, 2],
    ],
  });
  const sets = ablationSets(small, 1, { ...options, configs: parseConfigs("top1+2", 2) });
  expect(sets.map(({ kind }) => kind)).toEqual(["language", "language"]);
});

test("more features than the dictionary has are refused", () => {
  const error = failureOf(() =>
    ablationSets(run, 1, { ...options, configs: parseConfigs("top50", 50) }),
  );
  expect(error.message).toContain("the dictionary of layer 1 has 40 features");
});

test("sets that are the same go through the model once", () => {
  const set = (features: number[]) => ({ features }) as Parameters<typeof distinctSets>[0][number];
  expect(distinctSets([set([1, 2]), set([3]), set([2, 1]), set([3])])).toEqual({
    distinct: [[1, 2], [3]],
    places: [0, 1, 0, 1],
  });
});

test("where none is half as active, the three nearest stand for it", () => {
  const faint = runOf(
    metaOf(),
    { 1: [0, 1].map((row) => Array.from({ length: FEATURES }, (_, f) => (f === row ? 9 : -f))) },
    { 1: [0, 1].map(() => Array.from({ length: FEATURES }, (_, f) => (f < 2 ? 400 : f))) },
  );
  const sets = ablationSets(faint, 1, { ...options, configs: parseConfigs("top1", 1), draws: 20 });
  const drawn = sets.filter(({ kind }) => kind === "random").flatMap(({ features }) => features);
  expect([...new Set(drawn)].sort()).toEqual([37, 38, 39]);
});

test("a language is read under everybody's features, and under the controls of its own", () => {
  const sets = ablationSets(run, 1, options);
  const { sets: english, distinct, places } = setsOn("eng_Latn", 1, sets);
  expect(english.filter(({ kind }) => kind === "language")).toHaveLength(6);
  const controls = english.filter(({ kind }) => kind === "random");
  expect(new Set(controls.map(({ ablated }) => ablated))).toEqual(new Set(["eng_Latn"]));
  for (const [at, { features }] of english.entries())
    expect(distinct[places[at] as number]).toEqual(features.toSorted((a, b) => a - b));
});
