import { expect, test } from "vitest";
import { describeFeature, featureIn } from "../../src/features/describe-feature.js";
import { failureOf } from "../fixtures/failure.js";
import { examples, threeLanguageRun } from "../fixtures/tui.js";

const run = threeLanguageRun();
const foreign = {
  ...run,
  statistics: null,
  meta: { languages: run.meta.languages, layers: [1, 2] },
};

test("LAYER:FEATURE names a feature of the run", () => {
  expect(featureIn(run, "2:3")).toEqual({ layer: 2, feature: 3 });
});

test.each([
  ["2", 'Found the feature "2". Expected LAYER:FEATURE, such as 1:17.'],
  ["2:x", "Expected LAYER:FEATURE"],
  ["-1:2", "Expected LAYER:FEATURE"],
  ["1:2:3", "Expected LAYER:FEATURE"],
  ["9:0", "Found layer 9. The run tiny has the layers 1, 2."],
  ["1:4", "Found feature 4. The dictionary of layer 1 in the run tiny has the features 0 to 3."],
  ["1:99999999999999999999", "Found feature 99999999999999999999."],
])("%s is refused", (text, words) => {
  const error = failureOf(() => featureIn(run, text));
  expect(error.exitCode).toBe(2);
  expect(error.message).toContain(words);
});

test("everything that the files say of it: places, means, dictionary, page, contexts", () => {
  const described = describeFeature(run, { layer: 1, feature: 2 }, examples);
  expect(described).toMatchObject({
    run: "tiny",
    dictionary: { sae_id: "layer_1", hook_name: "blocks.1.hook_resid_post", d_sae: 4 },
    neuronpedia: "https://www.neuronpedia.org/gemma-2-2b/1-gemmascope-res-16k/2",
    contexts: examples.features[0]?.contexts,
  });
  expect(
    described.languages.map(({ language, rank, v, mean }) => [language, rank, v, mean]),
  ).toEqual([
    ["eng_Latn", 3, 0, 0],
    ["fra_Latn", 3, 0, 0],
    ["tha_Thai", 1, 5, 5],
  ]);
  expect(described.languages[0]).toMatchObject({
    ...{ standard_error: 0.5, active_fraction: 0.25, texts: 2, tokens_counted: 20 },
  });
});

test("a feature without kept contexts, and a run of another tool, have null for what is not known", () => {
  expect(describeFeature(run, { layer: 1, feature: 0 }, examples).contexts).toBeNull();
  expect(describeFeature(run, { layer: 2, feature: 2 }, null)).toMatchObject({
    contexts: null,
    neuronpedia: null,
  });
  const described = describeFeature(foreign, { layer: 1, feature: 2 }, null);
  expect(described).toMatchObject({ dictionary: null, neuronpedia: null });
  expect(described.languages[2]).toEqual({
    ...{ language: "tha_Thai", rank: 1, v: 5, mean: null, texts: null, tokens_counted: null },
    ...{ standard_error: null, active_fraction: null, first_position_share: null, fvu: null },
  });
});
