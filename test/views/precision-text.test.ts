import { expect, test } from "vitest";
import { precisionWords } from "../../src/views/precision-text.js";
import { metaOf } from "../fixtures/runs.js";

const precision = {
  ...{ dtype: "bfloat16", tokens: 480 },
  layers: [
    { layer: 1, largest_difference: 0.01, top_50_overlap: 0.9 },
    { layer: 2, largest_difference: 0.03, top_50_overlap: 0.98 },
  ],
};

test("each number is of the layer where it is worst", () => {
  const words = precisionWords(metaOf({ dtype: "bfloat16", precision }));
  expect(words).toBe(
    "bfloat16 beside float32 on 480 tokens, worst layer: means differ by 0.030 at most, 90 % of the 50 best features are the same",
  );
  expect(precisionWords(metaOf({ dtype: "float32", precision }))).toBe(
    `${words}, so the run is computed in float32`,
  );
});

test("nothing is said of a run of which nothing was compared", () => {
  expect(precisionWords(metaOf())).toBeNull();
});
