import { expect, test } from "vitest";
import { crossActivation } from "../../../src/experiments/synergy/cross-activation.js";
import { metaOf, runOf } from "../../fixtures/runs.js";

const run = runOf(
  metaOf(),
  {
    1: [
      [5, 3, -1, -2],
      [-2, -1, 3, 5],
    ],
  },
  {
    1: [
      [4, 2, 0, 0],
      [1, 0.5, 0, 0],
    ],
  },
);

test("mean activation of the best features on each language, in parts of that on their own", () => {
  const { activation, normalized } = crossActivation(run, 1, 2);
  expect(activation).toEqual([
    [3, 0.75],
    [0, 0],
  ]);
  expect(normalized).toEqual([
    [1, 0.25],
    [null, null],
  ]);
});

test("with more asked for than there are, all", () => {
  expect(crossActivation(run, 1, 9).activation[0]).toEqual([1.5, 0.375]);
});
