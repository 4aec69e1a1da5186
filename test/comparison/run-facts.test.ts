import { expect, test } from "vitest";
import { dictionaryAt, FACT_KEYS, factsOf } from "../../src/comparison/run-facts.js";
import type { ScoredRun } from "../../src/runs/read.js";
import { metaOf } from "../fixtures/runs.js";

const runWith = (meta: object): ScoredRun =>
  ({ name: "r", folder: "/r", meta, rankings: new Map() }) as unknown as ScoredRun;
const languages = ["eng_Latn", "spa_Latn"];

test("a run of ours tells everything, also where only the files that every tool reads were copied", () => {
  const facts = factsOf(runWith(metaOf()));
  expect(Object.keys(facts).sort()).toEqual([...FACT_KEYS].sort());
});

test("a run of another tool tells what it has in our form; nothing is taken for granted", () => {
  const facts = factsOf(runWith({ languages, layers: [1], dtype: 16, pool: "token" }));
  expect(facts).toEqual({ languages, layers: [1], pool: "token" });
});

test("a release and a template name the dictionaries, if nothing names them better", () => {
  const meta = {
    languages,
    layers: [1, 12],
    sae_release: "r",
    sae_id_template: "{layer}/b{layer}",
  };
  const facts = factsOf(runWith(meta));
  expect(dictionaryAt(facts, 12)).toEqual({
    ...{ layer: 12, release: "r", sae_id: "12/b12" },
    ...{ source: null, revision: null, hook_name: null },
  });
  expect(dictionaryAt(facts, 2)).toBeUndefined();
  expect(factsOf(runWith({ ...meta, sae_release: undefined })).dictionaries).toBeUndefined();
  // Of ours, whose own list is empty: the template is not what was loaded.
  expect(factsOf(runWith(metaOf())).dictionaries).toEqual([]);
});
