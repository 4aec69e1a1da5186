import { expect, test } from "vitest";
import type { ComparedLayer } from "../../src/comparison/comparable-layers.js";
import { languagePairs } from "../../src/comparison/language-bests.js";
import { metaOf, runOf } from "../fixtures/runs.js";

const at = (run: ComparedLayer["run"]): ComparedLayer => ({
  ...{ layer: 1, run, comparable: "languages", why: "other_dictionaries" },
});
const run = runOf(
  metaOf(),
  {
    1: [
      [3, 1, -1, -2],
      [-3, 2, 1, 0],
    ],
  },
  {
    1: [
      [4, 0, 0, 0],
      [0, 0, 0, 0],
    ],
  },
);

test("best feature, its v, what of its mean is the language's own, and features of its own", () => {
  const [english, spanish] = languagePairs([run, run], [at("both")], ["eng_Latn", "spa_Latn"], 2);
  // Top 2: {0, 1} and {1, 2}.
  expect(english?.first).toEqual({
    ...{ feature: 0, v: 3, mean: 4, share: 0.75, active_fraction: 0.25, own: 1 },
  });
  // Silent: no share of nothing.
  expect(spanish?.second).toMatchObject({ feature: 1, v: 2, mean: 0, share: 0, own: 1 });
});

test("a run of another tool has v and places alone", () => {
  const foreign = { ...run, meta: { languages: run.meta.languages, layers: [1] } };
  const pairs = languagePairs(
    [{ ...foreign, statistics: null }, run],
    [at("both")],
    ["spa_Latn"],
    4,
  );
  expect(pairs[0]?.first).toEqual({
    ...{ feature: 1, v: 2, mean: null, share: null, active_fraction: null, own: 0 },
  });
});

test("a layer of one run alone has nothing beside it", () => {
  const pairs = languagePairs([run, run], [at("first"), at("second")], ["eng_Latn"], 1);
  expect(pairs.map(({ first, second }) => [first?.v, second?.v])).toEqual([
    ...[
      [3, undefined],
      [undefined, 3],
    ],
  ]);
});
