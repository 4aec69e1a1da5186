import { expect, test } from "vitest";
import { comparableLayers, isSameDictionary } from "../../src/comparison/comparable-layers.js";
import type { DictionaryIdentity } from "../../src/comparison/run-facts.js";
import type { ScoredRun } from "../../src/runs/read.js";

const identity = (changes: Partial<DictionaryIdentity> = {}): DictionaryIdentity => ({
  ...{ layer: 1, release: "saes", sae_id: "layer_1", source: null, revision: null },
  ...{ hook_name: null, ...changes },
});

/** A run of another tool, with what its `meta.json` tells. */
const run = (layers: number[], told: object = {}, features = 2): ScoredRun => ({
  ...{ name: "r", folder: "/r", meta: { languages: ["a", "b"], layers, ...told } },
  rankings: new Map(
    layers.map((layer) => [
      layer,
      { languages: 2, features, index: new Int32Array(), value: new Float32Array() },
    ]),
  ),
});
const saes = (template: string) => ({ sae_release: "saes", sae_id_template: template });

test.each<[string, Partial<DictionaryIdentity>, Partial<DictionaryIdentity>, boolean]>([
  ["release and id tell", {}, {}, true],
  ["another id", {}, { sae_id: "layer_1/wide" }, false],
  ["another release", {}, { release: "others" }, false],
  ["a commit that only one tells", { revision: "a" }, {}, true],
  ["another commit", { revision: "a" }, { revision: "b" }, false],
  ["the same file of two releases", { source: "o/r/x" }, { source: "o/r/x", release: "s" }, true],
  ["another file under one id", { source: "o/r/x" }, { source: "o/r/y" }, false],
  [
    ...["the same bytes in another folder", { revision: "sha256:a" }],
    ...[{ revision: "sha256:a", release: "./copy" }, true],
  ] as never,
  ["other bytes", { revision: "sha256:a" }, { revision: "sha256:b" }, false],
])("%s", (_, first, second, isSame) => {
  expect(isSameDictionary(identity(first), identity(second))).toBe(isSame);
  expect(isSameDictionary(identity(second), identity(first))).toBe(isSame);
});

test("layer by layer: features where dictionaries are the same, languages where they are not", () => {
  const first = run([3, 1, 2], saes("layer_{layer}"));
  const second = run([1, 2, 3, 4], {
    dictionaries: [1, 2, 3].map((layer) => ({
      ...{ ...identity({ layer, sae_id: layer === 2 ? "layer_2/wide" : `layer_${layer}` }) },
      ...{ architecture: "topk", d_in: 8, d_sae: 2, hook_name: "h", hook_module: "m" },
      ...{ normalize_activations: null, neuronpedia_id: null, model_name: null },
    })),
  });
  expect(comparableLayers(first, second)).toEqual([
    { layer: 3, run: "both", comparable: "features", why: null },
    { layer: 1, run: "both", comparable: "features", why: null },
    { layer: 2, run: "both", comparable: "languages", why: "other_dictionaries" },
  ]);
});

test("where a dictionary is not told, its width and the model decide", () => {
  expect(comparableLayers(run([1]), run([1]))[0]?.comparable).toBe("features");
  expect(comparableLayers(run([1]), run([1], {}, 3))[0]?.why).toBe("other_widths");
  const [first] = comparableLayers(run([1], { model_id: "a" }), run([1], { model_id: "b" }));
  expect(first?.why).toBe("other_models");
});

test("layers of two models are no pairs, but for the same dictionary", () => {
  const first = run([1, 2], { model_id: "base", ...saes("l{layer}") });
  const tuned = run([1, 2], { model_id: "tuned", ...saes("l{layer}") });
  expect(comparableLayers(first, tuned).map(({ comparable }) => comparable)).toEqual([
    ...["features", "features"],
  ]);
  const other = run([2, 7], { model_id: "other", ...saes("x{layer}") });
  expect(comparableLayers(first, other).map(({ run, layer }) => [run, layer])).toEqual([
    ...[
      ["first", 1],
      ["first", 2],
    ],
    ...[
      ["second", 2],
      ["second", 7],
    ],
  ]);
});
