import { expect, test } from "vitest";
import { estimate, type Observation } from "../../../src/experiments/code-switching/estimate.js";

/** Of one token each, with an activation at layer 1. */
const seen = (prefix: string, noun: string, activation: number, tokens = 1): Observation => ({
  span: { tokens, straddling: 0, sums: new Map([[1, Float64Array.of(activation)]]) },
  prefix,
  noun,
});
const errorOf = (groups: Observation[][], alone = false) =>
  estimate(groups, 0, [1], alone).standard_error[0];

test("of sentences that share nothing it is the ordinary standard error of a mean", () => {
  const apart = [seen("a", "x", 1), seen("b", "y", 2), seen("c", "z", 6)];
  // Mean 3, variance (4 + 1 + 9) / 2 = 7.
  expect(estimate([apart], 0, [1])).toMatchObject({ mean: [3], n: 3 });
  expect(errorOf([apart])).toBeCloseTo(Math.sqrt(7 / 3), 12);
});

test("sentences that share a prefix, or a noun, tell as much as one", () => {
  const once = [seen("a", "x", 1), seen("b", "y", 2), seen("c", "z", 6)];
  const twice = (shared: "prefix" | "noun") =>
    once.flatMap((each, at) => [each, { ...each, [shared === "prefix" ? "noun" : "prefix"]: at }]);
  for (const shared of ["prefix", "noun"] as const)
    expect(errorOf([twice(shared) as Observation[]])).toBeCloseTo(errorOf([once]) as number, 12);
});

test("a noun of many tokens weighs as many, in mean and error", () => {
  const rows = [seen("a", "x", 4, 4), seen("b", "y", 3, 1)];
  // Mean 7 / 5; u = (4 − 1.4 · 4) / 5 = −0.32 and (3 − 1.4) / 5 = 0.32.
  expect(estimate([rows], 0, [1]).mean[0]).toBeCloseTo(1.4, 12);
  expect(errorOf([rows])).toBeCloseTo(Math.sqrt(2 * 2 * 0.32 ** 2), 12);
});

test("languages weigh the same, and one prefix with all their nouns stays one cluster", () => {
  const groups = [
    [seen("a", "x1", 0), seen("b", "y1", 2)],
    [seen("a", "x2", 10), seen("b", "y2", 14)],
  ];
  // By prefix u = (−1 − 2) / 4 and 3 / 4; by noun each alone, which is less.
  expect(estimate(groups, 0, [1])).toMatchObject({ mean: [6.5], n: 4 });
  expect(errorOf(groups)).toBeCloseTo(Math.sqrt(2 * 2 * 0.75 ** 2), 12);
});

test("with a single prefix or a single noun there is none; nouns alone need no prefix", () => {
  expect(errorOf([[seen("a", "x", 1), seen("a", "y", 2)]])).toBeNull();
  expect(errorOf([[seen("a", "x", 1), seen("b", "x", 2)]])).toBeNull();
  expect(errorOf([[seen("", "x", 1), seen("", "y", 2)]], true)).toBeCloseTo(0.5, 12);
});

test("what has no token is in nothing", () => {
  const silent = { span: null, prefix: "q", noun: "q" };
  expect(estimate([[silent, seen("a", "x", 1)], [silent]], 0, [1])).toEqual({
    ...{ mean: [1], standard_error: [null], n: 1 },
  });
  expect(estimate([[silent]], 0, [1])).toEqual({ mean: [null], standard_error: [null], n: 0 });
});
