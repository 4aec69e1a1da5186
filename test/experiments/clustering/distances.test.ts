import { describe, expect, test } from "vitest";
import {
  interactionDistances,
  overlapDistances,
  profileDistances,
} from "../../../src/experiments/clustering/distances.js";
import { failureOf } from "../../fixtures/failure.js";
import { metaOf, runOf } from "../../fixtures/runs.js";

const runWith = (languages: string[], scores: Record<number, number[][]>) =>
  runOf(metaOf({ languages, layers: Object.keys(scores).map(Number) }), scores);

/** Numbers as a person would write them: what rounding leaves is no difference. */
const round = (rows: number[][]) => rows.map((row) => row.map((each) => Number(each.toFixed(12))));

describe("interactions", () => {
  test("1 − what the languages do to each other, of what they do to themselves", () => {
    const found = interactionDistances({
      languages: ["a", "b", "c"],
      matrix: [
        [2, 0.5, 0],
        [1, 1, 1],
        [0, 2, 3],
      ],
    });
    // a–b: 1 − 1.5 / 3; a–c: 1 − 0 / 5; b–c: 1 − 3 / 4.
    expect(found.distances).toEqual([
      [0, 0.5, 1],
      [0.5, 0, 0.25],
      [1, 0.25, 0],
    ]);
    expect(found.clipped).toEqual([]);
    // a–c is longer than by b, in both directions.
    expect(found.triangle_violations).toBe(2);
  });

  test("a pair that does more to each other than to itself is at 0, and told", () => {
    const found = interactionDistances({
      languages: ["a", "b", "c"],
      matrix: [
        [1, 2, 0],
        [1, 1, 0],
        [0, 0, 1],
      ],
    });
    expect(found.distances[0]).toEqual([0, 0, 1]);
    expect(found.clipped).toEqual([{ first: "a", second: "b", raw: -0.5 }]);
    expect(found.triangle_violations).toBe(0);
  });

  test("where nothing has an effect to speak of, a pair is at 1", () => {
    const tiny = 1e-9;
    const matrix = [
      [tiny, tiny],
      [tiny, tiny],
    ];
    expect(interactionDistances({ languages: ["a", "b"], matrix }).distances[0]).toEqual([0, 1]);
  });

  test.each([0, -0.25])("a language that its own features do %d to is refused", (own) => {
    const matrix = [
      [1, 0],
      [0, own],
    ];
    const error = failureOf(() => interactionDistances({ languages: ["a", "b"], matrix }));
    expect(error.message).toContain(`The interaction of b with itself is ${own}. Expected`);
    expect(error.exitCode).toBe(2);
  });

  test("one language alone cannot be joined", () => {
    const error = failureOf(() => interactionDistances({ languages: ["a"], matrix: [[1]] }));
    expect(error.message).toContain("Found one language, a. Expected two or more");
  });
});

describe("overlap", () => {
  // Top two of each: {0, 1}, {0, 1}, {0, 2} at layer 1; {0, 1}, {0, 1}, {2, 3} at layer 2.
  const run = runWith(["a", "b", "c"], {
    1: [
      [4, 3, 2, 1],
      [3, 4, 1, 0],
      [4, 1, 3, 0],
    ],
    2: [
      [4, 3, 2, 1],
      [3, 4, 1, 0],
      [0, 1, 2, 3],
    ],
  });

  test("1 − Jaccard of the best features; languages with the same ones are at 0", () => {
    expect(round(overlapDistances(run, [1], 2).distances)).toEqual(
      round([
        [0, 0, 2 / 3],
        [0, 0, 2 / 3],
        [2 / 3, 2 / 3, 0],
      ]),
    );
  });

  test("layers are averaged, in whatever order they are named", () => {
    const both = overlapDistances(run, [2, 1], 2);
    expect(round(both.distances)[0]).toEqual(round([[0, 0, 5 / 6]])[0]);
    expect(both.triangle_violations).toBe(0);
  });
});

describe("v-profile", () => {
  test("1 − Pearson's r over all features, in the features' own order", () => {
    const found = profileDistances(
      runWith(["a", "b", "c"], {
        1: [
          [1, 2, 3],
          [3, 5, 7],
          [2, 1, 3],
        ],
      }),
      [1],
    );
    // b is a, stretched and moved; r of a and c: (−1, 0, 1) · (0, −1, 1) / 2.
    expect(round(found.distances)).toEqual([
      [0, 0, 0.5],
      [0, 0, 0.5],
      [0.5, 0.5, 0],
    ]);
    expect(found.clipped).toEqual([]);
  });

  test("what rounding alone puts below 0 is 0, and not told as clipped", () => {
    // r of this profile with itself is 1 + 2e-16 in floating point.
    const found = profileDistances(
      runWith(["a", "b"], {
        1: [
          [3, 6, 0],
          [3, 6, 0],
        ],
      }),
      [1],
    );
    expect(found).toMatchObject({
      distances: [
        [0, 0],
        [0, 0],
      ],
      clipped: [],
    });
  });

  test("of opposites it is 2, and layers are averaged", () => {
    const run = runWith(["a", "b"], {
      1: [
        [1, -1],
        [-1, 1],
      ],
      2: [
        [1, -1],
        [2, 0],
      ],
    });
    expect(round(profileDistances(run, [1]).distances)).toEqual([
      [0, 2],
      [2, 0],
    ]);
    expect(round(profileDistances(run, [1, 2]).distances)[0]).toEqual([0, 1]);
  });

  test("a language whose v is the same everywhere correlates with nothing", () => {
    const run = runWith(["a", "b"], {
      7: [
        [1, 2],
        [0, 0],
      ],
    });
    const error = failureOf(() => profileDistances(run, [7]));
    expect(error.message).toContain("v of b at layer 7 is the same for all 2 features. Expected");
  });
});
