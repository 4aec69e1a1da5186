import { describe, expect, test } from "vitest";
import { topFeatures } from "../../src/runs/top-features.js";
import { failureOf } from "../fixtures/failure.js";
import { metaOf, runOf, statisticsOf } from "../fixtures/runs.js";

const LANGUAGES = ["eng_Latn", "spa_Latn", "tha_Thai"];
const MEANS = [
  [8, 1, 0],
  [3, 6, 0],
  [4, 2, 5],
];
const run = (means = MEANS, options = {}) => {
  const made = runOf(metaOf({ languages: LANGUAGES, layers: [4, 1] }), { 4: MEANS, 1: MEANS });
  made.statistics = new Map([4, 1].map((layer) => [layer, statisticsOf(means, options)]));
  return made;
};

test("come by layer and language in config order, then rank", () => {
  const all = topFeatures(run(), { topK: 2 });
  expect(all.slice(0, 7).map(({ layer, language, rank }) => [layer, language, rank])).toEqual([
    [4, "eng_Latn", 1],
    [4, "eng_Latn", 2],
    [4, "spa_Latn", 1],
    [4, "spa_Latn", 2],
    [4, "tha_Thai", 1],
    [4, "tha_Thai", 2],
    [1, "eng_Latn", 1],
  ]);
  expect(all).toHaveLength(12);
});

test("each has its score and what is stored of the feature on that language", () => {
  const [top] = topFeatures(run(), { topK: 1, layer: 1, language: "spa_Latn" });
  expect(top).toMatchObject({
    ...{
      margin: 4,
      active_elsewhere: 0.25,
      tau: expect.closeTo(0.75, 12),
      interval: null,
      p: null,
      heldout_v: null,
    },
    layer: 1,
    language: "spa_Latn",
    rank: 1,
    feature: 1,
    v: 6,
    standard_error: 0.5,
    mean: 6,
    runner_up: "tha_Thai",
    runner_up_mean: 2,
    active_fraction: 0.25,
    flags: [],
  });
});

test("the runner-up is the best other language, whichever the language's place", () => {
  const of = (language: string) => topFeatures(run(), { topK: 1, layer: 4, language })[0];
  expect(of("eng_Latn")).toMatchObject({ feature: 0, runner_up: "tha_Thai", runner_up_mean: 4 });
  expect(of("tha_Thai")).toMatchObject({ feature: 2, runner_up: "eng_Latn", runner_up_mean: 0 });
});

test("no more features come than the dictionary has", () => {
  expect(topFeatures(run(), { topK: 99, layer: 4, language: "eng_Latn" })).toHaveLength(3);
});

describe("flags", () => {
  const english = (means?: number[][], options = {}) =>
    topFeatures(run(means, options), { topK: 1, layer: 4, language: "eng_Latn" })[0]?.flags;
  test.each([
    [3.99, []],
    [4, ["shared"]],
    [8, ["shared"]],
    [9, ["not-own"]],
  ])("the runner-up's mean of %d against 8: %j", (other, flags) => {
    expect(english([[8], [other], [0]].map((row) => [...row, 0, 0]))).toEqual(flags);
  });

  test("sink from more than half at the first position", () => {
    expect(
      english(
        [
          [8, 0, 0],
          [0, 0, 0],
          [0, 0, 0],
        ],
        { firstShare: 0.5 },
      ),
    ).toEqual([]);
    expect(
      english(
        [
          [8, 0, 0],
          [0, 0, 0],
          [0, 0, 0],
        ],
        { firstShare: 0.75 },
      ),
    ).toEqual(["sink"]);
  });

  test("a feature that never fires is shared with nobody", () => {
    expect(
      english([
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
      ]),
    ).toEqual([]);
  });
});

test("the standard error of a single text is null", () => {
  const [top] = topFeatures(run(MEANS, { standardError: Number.NaN }), { topK: 1 });
  expect(top?.standard_error).toBeNull();
});

test("a layer or language that the run lacks is refused, with those it has", () => {
  expect(failureOf(() => topFeatures(run(), { topK: 1, layer: 7 })).message).toBe(
    "--layer 7: the run tiny has the layers 4, 1.",
  );
  expect(failureOf(() => topFeatures(run(), { topK: 1, language: "en" })).message).toBe(
    "--language en: the run tiny has the languages eng_Latn, spa_Latn, tha_Thai.",
  );
});
