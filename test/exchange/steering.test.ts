import { describe, expect, test } from "vitest";
import {
  csvDictionaries,
  lackingSteeredLayers,
  otherSaes,
  readElsewhere,
  recordedDictionaries,
} from "../../src/exchange/steering.js";
import type { ScoredRun } from "../../src/runs/read.js";
import { metaOf, runOf, scopeFacts } from "../fixtures/runs.js";

const GEMMA = "google/gemma-2-2b";
const foreign = (meta: object): ScoredRun =>
  ({ name: "r", folder: "/r", meta, rankings: new Map() }) as unknown as ScoredRun;
const languages = ["eng_Latn", "spa_Latn"];

describe("layers of the default window that an export lacks", () => {
  test.each([
    ["a model of the steering repository, whatever the run's layers", GEMMA, [0, 2], [20, 21, 22]],
    ["another model that is deep enough", "google/gemma-2-9b", [8, 16, 24], [20, 21, 22]],
    ["the original's layers", GEMMA, [0, 2, 5, 10, 15, 20], [21, 22]],
    ["the window itself", GEMMA, [20, 21, 22], []],
    ["a model that may be too small", "EleutherAI/pythia-70m-deduped", [0, 5], []],
  ])("%s", (_, model_id, layers, lacking) => {
    expect(lackingSteeredLayers(runOf(metaOf({ model_id, layers }), {}), layers)).toEqual(lacking);
  });

  test("the layers that were left out count, and a run that does not tell its model is known by its layers", () => {
    const run = foreign({ languages, layers: [0, 20, 21] });
    expect(lackingSteeredLayers(run, [20])).toEqual([21, 22]);
    expect(lackingSteeredLayers(foreign({ languages, layers: [0, 10] }), [0])).toEqual([]);
  });
});

describe("dictionaries", () => {
  const dictionaries = [scopeFacts(20, 71), scopeFacts(21, 70)];
  const run = runOf(metaOf({ model_id: GEMMA, layers: [20, 21], dictionaries }), {});

  test("are those of the layers that are asked for", () => {
    expect(recordedDictionaries(run, [21])).toEqual([scopeFacts(21, 70)]);
    const csv = { name: "a.csv", sha256: "ab", topK: 3 };
    expect(csvDictionaries(run, dictionaries.slice(0, 1), csv)).toEqual({
      ...{ schema_version: 1, csv: "a.csv", csv_sha256: "ab", run: "tiny" },
      ...{ model_id: GEMMA, model_revision: null, top_k: 3, ranked_by: "v" },
      dictionaries: [
        {
          ...{ layer: 20, release: "gemma-scope-2b-pt-res-canonical", d_sae: 16384 },
          ...{ sae_id: "layer_20/width_16k/canonical", revision: "c0ffee" },
          source: "google/gemma-scope-2b-pt-res/layer_20/width_16k/average_l0_71",
          ...{ hook_name: "blocks.20.hook_resid_post", hook_module: "model.layers.20 out" },
        },
      ],
    });
  });

  test("are not told by a run of another tool, nor where a layer's is lacking", () => {
    expect(recordedDictionaries(foreign({ languages, layers: [20] }), [20])).toBeNull();
    expect(recordedDictionaries(run, [20, 22])).toBeNull();
  });
});

describe("the SAE that the steering repository loads", () => {
  test("has the lowest L0 of the narrowest ones: another than the canonical one", () => {
    expect(otherSaes([scopeFacts(20, 71), scopeFacts(22, 72)])).toEqual([
      { layer: 20, here: "width_16k/average_l0_71", there: "width_16k/average_l0_22" },
      { layer: 22, here: "width_16k/average_l0_72", there: "width_16k/average_l0_21" },
    ]);
    // Runs from before the place on the Hub was recorded.
    expect(otherSaes([scopeFacts(20, 71, { source: null })])).toEqual([
      { layer: 20, here: "width_16k/canonical", there: "width_16k/average_l0_22" },
    ]);
  });

  test("may be the one that was ranked", () => {
    const release = "gemma-scope-2b-pt-res";
    const sae_id = "layer_20/width_16k/average_l0_22";
    expect(otherSaes([scopeFacts(20, 22, { release, sae_id })])).toEqual([]);
    expect(otherSaes([scopeFacts(20, 22, { release, sae_id, source: null })])).toEqual([]);
  });

  test("of other models' Gemma Scope is not known; other dictionaries are no matter of that choice", () => {
    const of = (release: string) => otherSaes([scopeFacts(20, 68, { release })]);
    expect(of("gemma-scope-9b-pt-res-canonical")).toMatchObject([{ there: null }]);
    for (const release of ["gemma-scope-2-4b-pt-res-all", "embedded:saes", "llama_scope_lxr_8x"])
      expect(of(release)).toEqual([]);
  });
});

test("whatever is not the plain output of a block is read elsewhere", () => {
  const at = (hook_module: string) => scopeFacts(20, 71, { hook_module });
  const elsewhere = [
    "model.layers.20 in",
    "model.layers.20.mlp in",
    "model.layers.20.mlp out",
    "transformer.h.20 out centred",
  ].map(at);
  const block = ["model.layers.20 out", "transformer.h.20 out"].map(at);
  expect(readElsewhere([...block, ...elsewhere])).toEqual(elsewhere);
});
