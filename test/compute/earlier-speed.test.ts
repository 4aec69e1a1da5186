import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { earlierSpeed } from "../../src/compute/earlier-speed.js";
import type { DictionaryFacts } from "../../src/engine/dictionary-facts.js";
import { RunStore } from "../../src/runs/store.js";
import { loadedOf } from "../fixtures/loaded.js";
import { configOf, metaOf } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const asked = (changes = {}) => configOf({ out_dir: at("next"), ...changes });

async function run(name: string, changes = {}) {
  const store = await RunStore.create(at(name), configOf());
  const of = { tokens: { eng_Latn: 300, spa_Latn: 100 }, seconds: { extract: 2 } };
  await store.finish(metaOf({ ...of, ...changes }));
  await store.release();
}

test("is that of the run that read alike, and nearly as much", async () => {
  await run("small", { seconds: { extract: 4 }, tokens: { eng_Latn: 10 } });
  await run("near", { duration_s: 7 });
  const found = { name: "near", tokensPerSecond: 200, seconds: 5, besides: 5 };
  expect(earlierSpeed(asked(), 1000)).toEqual(found);
});

const [dictionary] = loadedOf().dictionaries;

test.each([
  ["another model", { model_id: "other" }],
  ["other layers", { layers: [7] }],
  [
    "other dictionaries",
    { dictionaries: [{ ...(dictionary as DictionaryFacts), sae_id: "other" }] },
  ],
  ["another tensor", { hook: "block-output" }],
  ["an attempt that went on with another's work", { resumed: 1 }],
  ["one that nobody timed", { seconds: {} }],
])("says nothing of %s", async (_, changes) => {
  await run("other", changes);
  expect(earlierSpeed(asked(), 1000)).toBeNull();
});

test("another device, a broken run and a missing folder say nothing", async () => {
  await run("here");
  expect(earlierSpeed(asked({ device: "cuda" }), 1000)).toBeNull();
  expect(earlierSpeed(asked({ dtype: "bfloat16" }), 1000)).toBeNull();
  writeFileSync(at("here", "meta.json"), "{");
  expect(earlierSpeed(asked(), 1000)).toBeNull();
  expect(earlierSpeed(asked({ out_dir: at("nowhere", "run") }), 1000)).toBeNull();
});
