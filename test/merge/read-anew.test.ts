import { expect, test } from "vitest";
import { checkCorpus, chooseFrom } from "../../src/compute/gather-texts.js";
import { textFacts } from "../../src/compute/open-run.js";
import { provenanceOf } from "../../src/compute/provenance.js";
import type { LocalCorpus } from "../../src/corpora/local-corpora.js";
import type { PartSet } from "../../src/merge/part-set.js";
import { readAnew } from "../../src/merge/read-anew.js";
import { rejectionOf } from "../fixtures/failure.js";
import { FakeJobs } from "../fixtures/fake-jobs.js";
import { loadedOf } from "../fixtures/loaded.js";
import { factsOf } from "../fixtures/parts.js";
import { configOf } from "../fixtures/runs.js";

const CONFIG = configOf({ n_texts_per_lang: 3 });

/** The only part of a run, with what the engine said then. */
function onlyPart(): PartSet {
  const corpus = checkCorpus(CONFIG, true) as LocalCorpus;
  const { languages, revision } = chooseFrom(CONFIG, corpus.languages, corpus, []);
  const provenance = Object.fromEntries(
    [...languages].map(([language, texts]) => [
      language,
      provenanceOf(CONFIG, loadedOf(), texts.map(textFacts)),
    ]),
  );
  const finished = factsOf({ provenance, corpus_revision: revision });
  return [{ folder: "run.part-1-of-1", shard: { part: 1, of: 1 }, config: CONFIG, finished }];
}

test("texts are those of the parts, of the model only its tokenizer is loaded", async () => {
  const jobs = new FakeJobs({ load: loadedOf() });
  const { texts } = await readAnew(onlyPart(), CONFIG, jobs, () => undefined);
  expect([...texts].map(([language, own]) => [language, own.length])).toEqual([
    ["eng_Latn", 3],
    ["spa_Latn", 3],
  ]);
  expect(jobs.loading).toEqual([]);
  expect(jobs.tokenizers).toMatchObject([{ model_id: CONFIG.model_id, bos: loadedOf().model.bos }]);
});

test("another model is refused, with what differs and the way without", async () => {
  const jobs = new FakeJobs({
    load: { ...loadedOf(), model: { ...loadedOf().model, revision: "other" } },
  });
  const error = await rejectionOf(readAnew(onlyPart(), CONFIG, jobs, () => undefined));
  expect(error.exitCode).toBe(2);
  expect(error.message).toBe(
    "For the examples, texts are read once more: the parts were made with model tiny/model@abc, now it is tiny/model@other. Expected the same. Merge where the parts were computed, or without examples: --no-examples",
  );
});

test("of a gated corpus and a model of the Hub, the commits are those that the parts had", async () => {
  const config = configOf({ model: "gemma-2b", corpus: "flores", layers: [0] });
  const file = (language: string) => ({
    ...{ revision: "c0ffee", warning: null },
    texts: [{ id: "1", text: `a text of ${language}` }],
  });
  const flores = new Map(config.languages.map((language) => [language, file(language)]));
  const jobs = new FakeJobs({ load: loadedOf(), flores });
  const provenance = Object.fromEntries(
    [...flores].map(([language, { texts }]) => [
      language,
      provenanceOf(config, loadedOf(), texts.map(textFacts)),
    ]),
  );
  const finished = factsOf({ provenance, corpus_revision: "c0ffee" });
  const part = { folder: "run.part-1-of-1", shard: { part: 1, of: 1 }, config, finished };
  const { texts } = await readAnew([part], config, jobs, () => undefined);
  expect([...texts.keys()]).toEqual(config.languages);
  expect(jobs.tokenizers[0]?.model_revision).toBe("abc");
});
