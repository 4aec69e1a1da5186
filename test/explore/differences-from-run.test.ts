import { expect, test } from "vitest";
import { differencesFromRun, warningsOf } from "../../src/explore/differences-from-run.js";
import { fidelityOf } from "../fixtures/fidelities.js";
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

test("what is made with a run's model says what its dictionaries do not rebuild, of the layers that are loaded", () => {
  const fidelity = fidelityOf(["eng_Latn", "tha_Thai"], [1, 2], ["1 tha_Thai", "2 eng_Latn"]);
  expect(warningsOf({ meta, fidelity: null }, { ...loaded, warnings: ["odd"] })).toEqual(["odd"]);
  expect(warningsOf({ meta, fidelity }, loaded)).toEqual([
    expect.stringMatching(/^layer 1: its dictionary leaves more than it explains of tha_Thai/),
  ]);
});
