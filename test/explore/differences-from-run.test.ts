import { expect, test } from "vitest";
import { differencesFromRun } from "../../src/explore/differences-from-run.js";
import { loadedOf } from "../fixtures/loaded.js";
import { metaOf } from "../fixtures/runs.js";

const loaded = loadedOf();
const meta = metaOf({ model_revision: "abc", dictionaries: loaded.dictionaries });

test("what is as the run was made needs no word", () => {
  expect(differencesFromRun(meta, loaded)).toEqual([]);
});

test("a dictionary, a model or a precision that is another is named, then and now", () => {
  const dictionaries = loaded.dictionaries.map((each) => ({ ...each, revision: "new" }));
  const other = { ...loaded, dictionaries, dtype: "bfloat16" };
  expect(differencesFromRun({ ...meta, model_revision: null }, other)).toEqual([
    "the model embedded:model is abc here, the run was made with (unknown): activations may differ from the run's",
    "the model's precision is bfloat16 here, the run was made with float32: activations may differ from the run's",
    "the dictionary of layer 1 is new here, the run was made with def: activations may differ from the run's",
  ]);
});
