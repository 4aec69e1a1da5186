import { expect, test } from "vitest";
import { runDifferences } from "../../src/comparison/run-differences.js";
import type { Meta } from "../../src/runs/meta.js";
import type { ScoredRun } from "../../src/runs/read.js";
import { metaOf, runOf } from "../fixtures/runs.js";

const dictionary = {
  ...{ layer: 1, release: "saes", sae_id: "layer_1", source: null, architecture: "jumprelu" },
  ...{ d_in: 8, d_sae: 2, hook_name: "blocks.1.hook_resid_post", hook_module: "layers.1 out" },
  ...{ normalize_activations: null, revision: "aa", neuronpedia_id: null, model_name: null },
};
const run = (changes: Partial<Meta> = {}) =>
  runOf(metaOf({ dictionaries: [dictionary], ...changes }), {
    1: [
      [1, 0],
      [0, 1],
    ],
  });
const differences = (changes: Partial<Meta>, of: Partial<Meta> = {}) =>
  runDifferences(run(of), run(changes)).differences;

/** A run of another tool, with what its `meta.json` says. */
const foreign = (meta: object): ScoredRun =>
  ({ ...run(), meta: { languages: ["eng_Latn", "spa_Latn"], layers: [1], ...meta } }) as ScoredRun;

test("a run differs from itself in nothing, and tells everything", () => {
  expect(runDifferences(run(), run())).toEqual({
    differences: [],
    untold: { first: [], second: [] },
  });
});

test.each<[keyof Meta, Partial<Meta>]>([
  ["model_id", { model_id: "other/model" }],
  ["model_revision", { model_revision: "abc" }],
  ["sae_release", { sae_release: "others" }],
  ["hook", { hook: "block-output" }],
  ["layers", { layers: [1, 2] }],
  ["languages", { languages: ["eng_Latn", "fra_Latn"] }],
  ["corpus", { corpus: "manuals" }],
  ["split", { split: null }],
  ["corpus_revision", { corpus_revision: "abc" }],
  ["sample", { sample: "random" }],
  ["special_tokens", { special_tokens: "keep" }],
  ["first_token", { first_token: "keep" }],
  ["pool", { pool: "text" }],
  ["dtype", { dtype: "bfloat16" }],
])("another %s is told with both values", (key, changes) => {
  expect(differences(changes)).toEqual([{ key, first: metaOf()[key], second: changes[key] }]);
});

test("languages and layers in another order are the same", () => {
  expect(differences({ languages: ["spa_Latn", "eng_Latn"] })).toEqual([]);
});

test("counts of texts are told of the languages in which they differ; as many others are told as such", () => {
  const of = {
    texts: { eng_Latn: 25, spa_Latn: 25, fra_Latn: 25 },
    texts_sha256: { eng_Latn: "a", spa_Latn: "b", fra_Latn: "c" },
  };
  const others = {
    texts: { eng_Latn: 50, spa_Latn: 25 },
    texts_sha256: { eng_Latn: "A", spa_Latn: "B" },
    // What was asked for says nothing where it is known what was used.
    n_texts_per_lang: -1,
  };
  expect(differences(others, of)).toEqual([
    { key: "texts", first: { eng_Latn: 25 }, second: { eng_Latn: 50 } },
    { key: "texts_sha256", first: { spa_Latn: "b" }, second: { spa_Latn: "B" } },
  ]);
});

test("a seed matters to random samples alone", () => {
  expect(differences({ seed: 7 })).toEqual([]);
  expect(differences({ seed: 7, sample: "random" }, { sample: "random" })).toEqual([
    { key: "seed", first: 0, second: 7 },
  ]);
});

test("dictionaries are told layer by layer; what one does not know of its own is no difference", () => {
  const other = { ...dictionary, sae_id: "layer_1/other", revision: "bb" };
  const [difference] = differences({ dictionaries: [other] });
  expect(difference).toMatchObject({
    ...{ key: "dictionary", layer: 1 },
    first: { sae_id: "layer_1", revision: "aa" },
    second: { sae_id: "layer_1/other", revision: "bb" },
  });
  expect(differences({ dictionaries: [{ ...dictionary, revision: null }] })).toEqual([]);
});

test("a run of another tool: what it tells is compared, what it lacks is named", () => {
  const { differences: found, untold } = runDifferences(
    run(),
    foreign({
      ...{ n_texts_per_lang: 25, model_id: "other/model", sae_release: "saes", pool: 3 },
      sae_id_template: "l{layer}",
    }),
  );
  expect(found.map(({ key, second }) => [key, second])).toEqual([
    ["model_id", "other/model"],
    ["sae_release", "saes"],
    // The ids follow from the template.
    ["dictionary", expect.objectContaining({ layer: 1, sae_id: "l1", revision: null })],
    ["n_texts_per_lang", 25],
  ]);
  expect(untold.first).toEqual([]);
  expect(untold.second).toEqual([
    ...["model_revision", "hook", "corpus", "split", "corpus_revision", "texts", "texts_sha256"],
    // A pool of 3 is of another form than ours.
    ...["sample", "special_tokens", "first_token", "pool", "dtype"],
  ]);
});
