import { expect, test } from "vitest";
import { steeringCautions } from "../../src/commands/steering-cautions.js";
import type { Meta } from "../../src/runs/meta.js";
import { metaOf, runOf, scopeFacts } from "../fixtures/runs.js";

const WINDOW = [20, 21, 22];
const gemma = (layers: number[], changes: Partial<Meta> = {}) =>
  runOf(metaOf({ model_id: "google/gemma-2-2b", layers, ...changes }), {});
const transcoder = (hook_module: string) =>
  scopeFacts(20, 0, {
    ...{ release: "mwhanna-qwen3-0.6b-transcoders-lowl0", sae_id: "layer_20", source: null },
    ...{ hook_name: "blocks.20.mlp.hook_in", hook_module },
  });

test("lacking layers of the window: which, what happens then, and which flag gives them", () => {
  const saes = [scopeFacts(20, 22)];
  const [compute] = steeringCautions(gemma([0, 20]), [20], saes, "d.json");
  expect(compute).toBe(
    "warning: the CSV lacks layers 21, 22 of those that the steering repository steers by default (20, 21, 22). There it computes features anew, with an SAE of its own choice, and does not say so. A run computed with --layers 20,21,22 has all of them.",
  );
  const [name] = steeringCautions(gemma(WINDOW), [20, 22], saes, "d.json");
  expect(name).toContain("lacks layer 21 of those");
  expect(name?.endsWith("The run has layer 21: name it in --layers too.")).toBe(true);
});

test("canonical SAEs of Gemma Scope: which one the other loader would take, and what to load", () => {
  const saes = [scopeFacts(0, 105), scopeFacts(20, 71)];
  expect(steeringCautions(gemma([...WINDOW]), WINDOW, saes, "d.json")).toEqual([
    "warning: the steering repository's own loader takes other SAEs than those of this run: a layer's narrowest, and of these the one with the lowest L0 (at layer 20 width_16k/average_l0_22, here it is width_16k/average_l0_71). Its gates would read other features than those ranked here. Have it load exactly the sae_id that d.json names for each layer.",
  ]);
});

test("transcoders that read the input of the MLP are warned of, unless the run read blocks' outputs as the other does", () => {
  const said = (hook_module: string) =>
    steeringCautions(gemma(WINDOW), WINDOW, [transcoder(hook_module)], "d.json").join("\n");
  expect(said("model.layers.20.mlp in")).toBe(
    "warning: the steering repository gives every dictionary the output of its block, and these read another tensor (at layer 20 model.layers.20.mlp in): its gates would not see the features ranked here. Give each what d.json names as its hook_name, or compute the run as it reads them, with --hook block-output.",
  );
  expect(said("model.layers.20 out")).toBe(
    "In another dictionary the same numbers are other features: load exactly those that d.json names.",
  );
});

test("a run that does not tell its dictionaries is no ground for any other word on them", () => {
  expect(steeringCautions(gemma(WINDOW), WINDOW, null, "d.json")).toEqual([
    expect.stringMatching(
      /^warning: the run does not tell which dictionaries .*load exactly those/,
    ),
  ]);
});

test("names from a run's files cannot steer a terminal", () => {
  const odd = [
    scopeFacts(20, 71, { source: "x/\u001b[2J\ny" }),
    transcoder("model.layers.20.\u202emlp in"),
  ];
  const said = steeringCautions(gemma(WINDOW), WINDOW, odd, "d.json");
  expect(said).toHaveLength(2);
  expect(said.join("")).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
});
