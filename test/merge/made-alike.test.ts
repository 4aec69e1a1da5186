import { expect, test } from "vitest";
import { madeDifferently, otherProvenance } from "../../src/merge/made-alike.js";
import { loadedOf } from "../fixtures/loaded.js";
import { factsOf } from "../fixtures/parts.js";

test("of parts that were made alike nothing differs, whichever texts they have", () => {
  const other = factsOf({ languages: ["spa_Latn"], texts: 1, tokens: 3, started: "later" });
  expect(madeDifferently(factsOf(), other)).toEqual([]);
});

test("a commit of the corpus, a dictionary and what a control changed are told", () => {
  const loaded = loadedOf();
  const dictionaries = loaded.dictionaries.map((each) => ({ ...each, hook_name: "other" }));
  const other = factsOf({
    ...{ corpus_revision: "b", loaded: { ...loaded, dictionaries } },
    words_moved: { eng_Latn: 0.5 },
  });
  expect(madeDifferently(factsOf({ corpus_revision: "a" }), other)).toEqual([
    { what: "corpus revision", values: ["a", "b"] },
    { what: "words_moved", values: ["null", '{"eng_Latn":0.5}'] },
    {
      what: "facts of the dictionary of layer 1",
      values: [expect.stringContaining("resid_post"), expect.stringContaining("other")],
    },
  ]);
});

test("what languages have in common is told once, their texts one by one; what one lacks is none", () => {
  const of = (model: string, texts: string, more = {}) => ({
    eng_Latn: { model, texts, "texts of all languages": texts, ...more },
    spa_Latn: { model, texts, "texts of all languages": texts, ...more },
  });
  expect(otherProvenance(of("a", "x"), of("b", "y", { hook: "block-output" }))).toEqual([
    { what: "model", values: ["a", "b"] },
    { what: "texts of eng_Latn", values: ["x", "y"] },
    { what: "texts of all languages", values: ["x", "y"] },
    { what: "texts of spa_Latn", values: ["x", "y"] },
    { what: "hook", values: ["(none)", "block-output"] },
  ]);
});
