import { expect, test } from "vitest";
import { DEPTH, foundOverall, languageBestsOf } from "../../src/comparison/random-bests.js";
import { evidenceOf } from "../fixtures/evidence.js";
import { metaOf, runOf } from "../fixtures/runs.js";

const meta = metaOf({ layers: [1, 2] });
const scores = [
  [3, 1, 2],
  [-3, -1, -2],
];
const means = [
  [4, 2, 2],
  [1, 1, 0],
];
const real = runOf(meta, { 1: scores, 2: scores }, { 1: means, 2: means });
const weak = scores.map((row) => row.map((v) => v / 10));
const random = runOf(meta, { 1: weak, 2: weak }, { 1: means, 2: means });

test("the best of both, by v and by margin, layer by layer and language by language", () => {
  const found = languageBestsOf(real, random, {});
  expect(found.map(({ layer, language }) => [layer, language])).toEqual([
    ...[1, 2].flatMap((layer) => meta.languages.map((language) => [layer, language])),
  ]);
  expect(found[0]?.real).toEqual({
    ...{ v: 3, margin: 3, auroc: null, significant: null, falling: [3, 2, 1] },
  });
  expect(found[0]?.random.v).toBeCloseTo(0.3);
  // The second language's best margin is of the feature that is furthest up, not the largest.
  expect(found[1]?.real).toMatchObject({ v: -1, margin: -1 });
});

test("AUROC and found features are known where there is evidence, and what it does not know is left out", () => {
  const evidence = evidenceOf(meta.languages, 3, 1, [1, 2]);
  const layer = evidence.layers.get(1);
  layer?.p.set([0.05, 0.051, Number.NaN, 0, 0.01, 0.02]);
  layer?.auroc.set([0.7, Number.NaN, 0.9, Number.NaN, Number.NaN, Number.NaN]);
  const found = languageBestsOf({ ...real, evidence }, random, { layer: 1 });
  expect(found[0]?.real.significant).toBe(1);
  expect(found[0]?.real.auroc).toBeCloseTo(0.9);
  expect(found[1]?.real).toMatchObject({ significant: 3, auroc: null });
});

test("only what is asked for, and no more than so many v", () => {
  const wide = Array.from({ length: DEPTH + 9 }, (_, f) => f);
  const run = runOf(metaOf(), { 1: [wide, wide] });
  const found = languageBestsOf(run, run, { language: "spa_Latn" });
  expect(found.map(({ language }) => language)).toEqual(["spa_Latn"]);
  expect(found[0]?.real.falling).toHaveLength(DEPTH);
});

test("found features are summed over all languages and layers, unless one of the runs does not know", () => {
  const bests = (own: number, other: number | null) => ({
    ...{ layer: 1, language: "eng_Latn" },
    real: { v: 1, margin: 1, auroc: null, significant: own, falling: [1] },
    random: { v: 1, margin: 1, auroc: null, significant: other, falling: [1] },
  });
  expect(foundOverall([bests(3, 0), bests(4, 9)])).toEqual({ real: 7, random: 9 });
  expect(foundOverall([bests(3, 0), bests(4, null)])).toBeNull();
});
