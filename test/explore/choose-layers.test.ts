import { expect, test } from "vitest";
import { chooseLayers, middleLayer } from "../../src/explore/choose-layers.js";
import { metaOf } from "../fixtures/runs.js";

const run = { name: "tiny", meta: metaOf({ layers: [0, 2, 5] }) };

test("layers come once and in the run's order", () => {
  expect(chooseLayers(run, [5, 0, 5])).toEqual([0, 5]);
});

test("a layer that the run lacks is named, with those that it has", () => {
  expect(() => chooseLayers(run, [5, 7, "x"])).toThrow(
    "--layers: found 7, x, the run tiny has the layers 0, 2, 5.",
  );
});

test.each([
  [[4], 4],
  [[1, 2, 3], 2],
  [[20, 0, 2, 15, 5, 10], 10],
])("the middle of %j is %i", (layers, middle) => {
  expect(middleLayer(layers)).toBe(middle);
});
