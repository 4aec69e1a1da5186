import { expect, test } from "vitest";
import { configOfRun } from "../../src/runs/run-config.js";
import { configOf, metaOf, runOf, writeRun } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const run = (changes: Parameters<typeof metaOf>[0] = {}) => {
  const scores = { 1: [[1], [-1]] };
  const finished = runOf(metaOf({ n_texts_per_lang: 100, ...changes }), scores);
  writeRun(at("tiny"), finished);
  return finished;
};

test("what the machine made of the request differs from it without harm", () => {
  const machine = { device: "cuda:0", dtype: "bfloat16", threads: 8, model_revision: "abc" };
  expect(configOfRun(run(machine))).toEqual(configOf({ out_dir: at("tiny") }));
});

test("a config that tells another story than meta.json is refused with both", () => {
  expect(() => configOfRun(run({ first_token: "keep" }))).toThrow(
    'config.json says first_token "drop", meta.json says "keep". One of them was changed',
  );
});

test("a precision that was found wanting is not asked for again", () => {
  const precision = { dtype: "bfloat16", tokens: 9, layers: [] };
  expect(configOfRun(run({ dtype: "float32", precision })).dtype).toBe("float32");
  expect(configOfRun(run({ dtype: "bfloat16", precision })).dtype).toBe("auto");
});
