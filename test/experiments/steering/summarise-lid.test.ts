import { expect, it } from "vitest";
import {
  identification,
  isAloneLeast,
  perToken,
  sampledMean,
} from "../../../src/experiments/steering/summarise-lid.js";
import { Bootstrap, estimateOf, lessSampled } from "../../../src/reduce/bootstrap.js";

// Two prompts, three names of 1, 2 and 4 tokens; the first two begin alike.
const names = {
  tokens: Uint32Array.of(1, 2, 4),
  first: [[Float64Array.of(1, 1, 3), Float64Array.of(2, 2, 1)]],
  total: [[Float64Array.of(1, 4, 8), Float64Array.of(2, 1.5, 8)]],
};

it("of the target's name its first token, all of it, and whether it is the most probable", () => {
  expect(identification(names, 0, 1, 0)).toEqual({
    ce_first: [1, 2],
    ce_full: [2, 0.75],
    accuracy_first: [0, 0],
    accuracy_full: [0, 1],
    says_source: [1, 0],
  });
  expect(identification(names, 0, 2, 0).accuracy_first).toEqual([0, 1]);
});

it("names that begin alike are not told apart by their beginning", () => {
  expect([0, 1, 2].map((place) => isAloneLeast([1, 1, 2], place))).toEqual([false, false, false]);
});

it("the same texts under two methods differ by nothing, with an interval of nothing", () => {
  const bootstrap = new Bootstrap(3, 0);
  const one = sampledMean([1, 2, 6], [0, 1, 2], bootstrap);
  const { value, interval } = estimateOf(one, 3);
  expect(value).toBe(3);
  expect(interval?.lo).toBeLessThan(3);
  expect(estimateOf(lessSampled(one, one), 3)).toEqual({ value: 0, interval: { lo: 0, hi: 0 } });
});

it("losses are told per predicted token", () => {
  const losses = { tokens: Uint32Array.of(2, 4), loss: [Float64Array.of(6, 8)] };
  expect(perToken(losses, 0)).toEqual([3, 2]);
});
