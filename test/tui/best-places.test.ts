import { expect, test } from "vitest";
import { rankedBy } from "../../src/runs/rank-by.js";
import { bestPlaces } from "../../src/tui/best-places.js";
import { sharingRun } from "../fixtures/sharing-run.js";

const found = (run = sharingRun()) =>
  bestPlaces(run).map(([best]) => best && [best.feature, best.v, best.rank]);

test("the best feature of each language at each layer, with its v whatever ranks it", () => {
  expect(found()).toEqual([
    [0, 5.5, 1],
    [0, 4, 1],
    [2, 0, 1],
  ]);
  expect(found(rankedBy(sharingRun(), "margin"))[0]).toEqual([1, 4, 1]);
  expect(found(rankedBy(sharingRun(), "tau"))).toEqual([[1, 4, 1], null, null]);
});
