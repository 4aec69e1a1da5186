import { describe, expect, test } from "vitest";
import {
  findReleases,
  layerRanges,
  modelIdOf,
  obstacle,
  type Release,
  seriesOf,
} from "../../src/registry/releases.js";

const release = (ids: string[], changes: Partial<Release> = {}): Release => ({
  name: "some-release",
  model: "gemma-2-2b",
  repository: "google/some",
  loader: null,
  dictionaries: ids.map((id) => ({ id, path: id, l0: null, neuronpedia: null })),
  ...changes,
});

describe("ids as templates", () => {
  test.each([
    [
      ["layer_0/width_16k/canonical", "layer_10/width_16k/canonical"],
      "layer_{layer}/width_16k/canonical",
      "16k",
    ],
    [
      ["transcoder/layer_17_width_1m_l0_big_affine"],
      "transcoder/layer_{layer}_width_1m_l0_big_affine",
      "1m",
    ],
    [["blocks.3.hook_resid_post__trainer_10"], "blocks.{layer}.hook_resid_post__trainer_10", null],
    [["l31r_8x"], "l{layer}r_8x", "8x"],
    [["layer27"], "layer{layer}", null],
    [["resid_post_layer_3_trainer_1"], "resid_post_layer_{layer}_trainer_1", null],
  ])("%j is %s", (ids, template, width) => {
    const [series, ...others] = seriesOf(release(ids));
    expect(others).toEqual([]);
    expect(series).toMatchObject({ template, width });
  });

  test("a series has its layers in order, and what is stated of its L0", () => {
    const ids = ["layer_10/a", "layer_2/a", "layer_2/b", "embedding/a"];
    const dictionaries = ids.map((id, at) => ({ id, path: id, l0: 10 + at, neuronpedia: null }));
    expect(seriesOf(release([], { dictionaries }))).toMatchObject([
      { template: "layer_{layer}/a", layers: [2, 10], l0: [10, 11] },
      { template: "layer_{layer}/b", layers: [2], l0: [12, 12] },
    ]);
  });

  test("a width that the ids do not tell is that of the release's name or repository", () => {
    const scope = release(["layer0"], { repository: "Qwen/SAE-Res-Qwen3-8B-Base-W64K-L0_50" });
    expect(seriesOf(scope)[0]?.width).toBe("64k");
    expect(seriesOf(release(["blocks.0.a"], { name: "sae_bench_width-2pow12_x" }))[0]?.width).toBe(
      "2pow12",
    );
  });
});

test.each([
  [[0, 1, 2, 3], "0-3"],
  [[5, 3, 4, 9, 9], "3-5,9"],
  [[1, 2, 7], "1,2,7"],
  [[], ""],
])("layers %j are written %s", (layers, text) => {
  expect(layerRanges(layers)).toBe(text);
});

test.each([
  ["gemma-2-9b-it", "google/gemma-2-9b-it"],
  ["gpt2-small", "openai-community/gpt2"],
  ["pythia-70m-deduped", "EleutherAI/pythia-70m-deduped"],
  ["qwen3-1.7b", "Qwen/Qwen3-1.7B"],
  ["meta-llama/Llama-3.1-8B", "meta-llama/Llama-3.1-8B"],
  ["something", null],
])("the registry's model %s is %s on the Hub", (model, id) => {
  expect(modelIdOf(release([], { model }))).toBe(id);
});

test.each([
  [{ model: "gemma-2-2b" }, null],
  [{ model: "gemma-2b" }, "Gemma 1"],
  [{ model: "Qwen/Qwen3-30B-A3B-Base" }, "mixture of experts"],
  [{ model: "Qwen/Qwen3-8B-Base" }, null],
  [{ loader: "temporal" }, "whole sequences"],
])("%j: %s", (changes, words) => {
  const reason = obstacle(release([], changes));
  if (words === null) expect(reason).toBeNull();
  else expect(reason).toContain(words);
});

test("releases are found by words in any case, by model and name; a whole name finds that one alone", () => {
  const all = [
    release([], { name: "b-res", model: "gemma-2-9b" }),
    release([], { name: "b-res-canonical", model: "gemma-2-9b" }),
    release([], { name: "a-res", model: "gemma-2-2b" }),
  ];
  const names = (words: string) => findReleases(all, words).map(({ name }) => name);
  expect(names("")).toEqual(["a-res", "b-res", "b-res-canonical"]);
  expect(names("RES 9b")).toEqual(["b-res", "b-res-canonical"]);
  expect(names("b-res")).toEqual(["b-res"]);
  expect(names("llama")).toEqual([]);
});
