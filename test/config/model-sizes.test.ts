import { mkdirSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { dictionaryWidths, modelSize, refuseAbsentLayers } from "../../src/config/model-sizes.js";
import { PRESETS } from "../../src/config/presets.js";
import { resolveConfig } from "../../src/config/resolve.js";
import { failureOf } from "../fixtures/failure.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

test("the size of every preset's model is known", () => {
  for (const { fills } of Object.values(PRESETS))
    expect(modelSize(fills.model_id), fills.model_id).not.toBeNull();
});

test.each([
  [4, { text_config: { hidden_size: 4, num_hidden_layers: 3 } }],
  [4, { hidden_size: 4, num_hidden_layers: 3, dtype: "float32" }],
  [2, { hidden_size: 4, num_hidden_layers: 3, torch_dtype: "bfloat16" }],
])("a folder's weights are counted by its files, at %i bytes each", (each, config) => {
  writeFileSync(at("config.json"), JSON.stringify(config));
  writeFileSync(at("model-1.safetensors"), new Uint8Array(500 * each));
  writeFileSync(at("model-2.safetensors"), new Uint8Array(70 * each));
  expect(modelSize(at())).toEqual({ parameters: 570, layers: 3, hidden: 4 });
});

test.each([
  ["no model", {}],
  ["weights in another format", { "config.json": '{"hidden_size":4,"num_hidden_layers":3}' }],
  ["a broken file", { "config.json": "{" }],
])("of %s nothing is known", (_, files) => {
  for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text);
  expect(modelSize(at())).toBeNull();
});

test("a layer that the model does not have is refused, where its size is known", () => {
  const of = (model_id: string, layers: number[]) => () => refuseAbsentLayers({ model_id, layers });
  const failure = failureOf(of("google/gemma-2-2b", [25, 26]));
  expect(failure.exitCode).toBe(2);
  expect(failure.message).toBe(
    "Layer 26 was asked for. The model has layers 0 to 25. Choose layers in that range.",
  );
  expect(of("google/gemma-2-2b", [0, 25])).not.toThrow();
  expect(of("who/knows", [99])).not.toThrow();
});

test("widths are in the ids, or in a folder's own files", () => {
  const widths = (flags: object) => dictionaryWidths(resolveConfig(flags).config);
  expect(widths({ model: "gemma-2b", layers: [0, 5] })).toEqual([16384, 16384]);
  const wide = { sae_id_template: "layer_{layer}/width_1m/average_l0_107" };
  expect(widths({ model: "gemma-2b", layers: [5], ...wide })).toEqual([2 ** 20]);
  expect(widths({ model: "gemma-3-1b", layers: [0] })).toEqual([16384]);
  expect(widths({ model: "llama-3.1-8b", layers: [0] })).toEqual([8 * 4096]);
  expect(widths({ model: "qwen3-8b-base", layers: [0] })).toEqual([2 ** 16]);
  expect(widths({ model: "qwen3-0.6b", layers: [0] })).toBeNull();
  expect(widths({ model: "demo" })).toEqual([512, 512, 512]);
  mkdirSync(at("layer_7"));
  writeFileSync(at("layer_7", "cfg.json"), '{"d_in":4}');
  const local = {
    model_id: at(),
    sae_release: at(),
    sae_id_template: "layer_{layer}",
    sae_ids: null,
  };
  expect(dictionaryWidths({ ...local, layers: [7] })).toBeNull();
  expect(dictionaryWidths({ ...local, layers: [8] })).toBeNull();
});
