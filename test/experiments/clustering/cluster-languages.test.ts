import { describe, expect, test } from "vitest";
import {
  type ClusterSource,
  clusterLanguages,
  refuseCut,
} from "../../../src/experiments/clustering/cluster-languages.js";
import type { Distances } from "../../../src/experiments/clustering/distances.js";
import type { Cut, Grouping } from "../../../src/experiments/clustering/grouping.js";
import { clusteringOf, DISTANCES, GROUPING } from "../../fixtures/clusterings.js";
import { failureOf, rejectionOf } from "../../fixtures/failure.js";

const SOURCE: ClusterSource = clusteringOf().source;
const BEST: Cut = { k: null, cut: null };

const clustered = (
  changes: Partial<Grouping> = {},
  asked: Cut = BEST,
  distances: Partial<Distances> = {},
  source: Partial<ClusterSource> = {},
) =>
  clusterLanguages(
    { ...SOURCE, ...source },
    { ...DISTANCES, ...distances },
    asked,
    async (_given, _cut) => ({ ...GROUPING, ...changes }),
  );

test("what the engine tells by number is told by language", async () => {
  expect(await clustered()).toEqual(clusteringOf());
});

test("the engine gets the distances and the cut", async () => {
  const asked: unknown[] = [];
  const cut = { k: null, cut: 0.5 };
  const result = await clusterLanguages(SOURCE, DISTANCES, cut, async (...given) => {
    asked.push(given);
    return GROUPING;
  });
  expect(asked).toEqual([[DISTANCES.distances, cut]]);
  expect(result.chosen_by).toBe("cut");
});

describe("a cut that there is not", () => {
  test.each<[Cut, RegExp]>([
    [{ k: 0, cut: null }, /^--k 0 is no number of clusters. Expected .*from 1/],
    [{ k: 1.5, cut: null }, /^--k 1\.5/],
    [{ k: null, cut: 0 }, /^--cut 0 is no height/],
    [{ k: null, cut: -1 }, /^--cut -1 is no height/],
    [{ k: null, cut: Number.POSITIVE_INFINITY }, /^--cut Infinity/],
    [{ k: 2, cut: 0.5 }, /^Found --k 2 and --cut 0\.5. Expected one of them/],
  ])("%j is refused, however many languages there are", (cut, words) => {
    const error = failureOf(() => refuseCut(cut));
    expect(error.message).toMatch(words);
    expect(error.exitCode).toBe(2);
  });

  test("more clusters than languages are refused before the engine is asked", async () => {
    const error = await rejectionOf(
      clusterLanguages(SOURCE, DISTANCES, { k: 4, cut: null }, () => {
        throw new Error("the engine was asked");
      }),
    );
    expect(error.message).toBe(
      "--k 4: there are 3 languages. Expected at most as many clusters. Choose a number from 1 to 3.",
    );
  });
});

describe("what a reader must know", () => {
  const warnings = async (...given: Parameters<typeof clustered>) =>
    (await clustered(...given)).warnings.join("\n");

  test("distances below 0, and triangles that are none", async () => {
    const clipped = [{ first: "en", second: "th", raw: -0.0581 }];
    const text = await warnings({}, BEST, { clipped, triangle_violations: 2 });
    expect(text).toContain("1 of 3 distances came out below 0 and are taken as 0: en–th (-0.058)");
    expect(text).toContain("2 of 6 triangle inequalities (ordered triples) are violated: Ward's");
  });

  test("that v sums to 0 over the languages", async () => {
    expect(await warnings({}, BEST, {}, { by: "v-profile" })).toContain("mean r near -0.50");
  });

  test("clusters that cannot be had, because merges are of one height", async () => {
    expect(await warnings({ k: 1, labels: [1, 1, 1] }, { k: 2, cut: null })).toContain(
      "1 cluster in place of 2",
    );
    expect(await warnings({ silhouettes: [], k: 3, labels: [2, 3, 1] })).toContain(
      "all merges have the same height",
    );
  });

  test("clusters that hardly are any", async () => {
    expect(await warnings({ silhouettes: [[2, 0.133]] })).toContain(
      "the mean silhouette of this cut is 0.133: below 0.25",
    );
  });

  test("two languages have nothing to choose", async () => {
    const two: Partial<Grouping> = {
      ...{ linkage: [[0, 1, 0.2, 2]], leaves: [0, 1], labels: [1, 2], silhouettes: [] },
      map: GROUPING.map.slice(0, 2),
    };
    const text = await warnings(two, BEST, { languages: ["en", "th"] });
    expect(text).toBe("two languages have one merge: there is no cut to choose by silhouette");
  });
});
