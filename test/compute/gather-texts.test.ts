import { writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkCorpus, chooseFrom, gatherTexts } from "../../src/compute/gather-texts.js";
import { failureOf, rejectionOf } from "../fixtures/failure.js";
import { FakeJobs } from "../fixtures/fake-jobs.js";
import { configOf } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

const texts = (language: string, ...ids: number[]) =>
  ids.map((id) => ({ id: String(id), text: `${language} ${id}` }));
const flores = (of: Record<string, number[]>, warning: string | null = null) =>
  new FakeJobs({
    flores: new Map(
      Object.entries(of).map(([code, ids]) => [
        code,
        { revision: "abc", texts: texts(code, ...ids), warning },
      ]),
    ),
  });

describe("FLORES+", () => {
  const config = configOf({ corpus: "flores", n_texts_per_lang: -1 });

  test("sentences are joined on their ids: those that not every language has are left out, the others come in one order", async () => {
    const jobs = flores({ eng_Latn: [1, 3, 2, 4], spa_Latn: [4, 2, 5] });
    const gathered = await gatherTexts(config, null, jobs);
    expect([...gathered.languages]).toEqual([
      ["eng_Latn", texts("eng_Latn", 2, 4)],
      ["spa_Latn", texts("spa_Latn", 2, 4)],
    ]);
    expect(gathered).toMatchObject({ revision: "abc" });
    expect(gathered.warnings).toEqual([
      "sentences that not every language has are left out (eng_Latn 2 of 4, spa_Latn 1 of 3); the fewest, 3, are there in spa_Latn; all have 2",
    ]);
  });

  test("complete translations bring no warning", async () => {
    const jobs = flores({ eng_Latn: [1, 2], spa_Latn: [1, 2] });
    expect((await gatherTexts(config, null, jobs)).warnings).toEqual([]);
  });

  test("what the engine has to say of the corpus is said once", async () => {
    const jobs = flores({ eng_Latn: [1], spa_Latn: [1] }, "the Hub did not answer");
    expect((await gatherTexts(config, null, jobs)).warnings).toEqual(["the Hub did not answer"]);
  });

  test("languages that share no sentence, or do not come, are refused", async () => {
    for (const spanish of [{ spa_Latn: [2] }, {}]) {
      const error = await rejectionOf(
        gatherTexts(config, null, flores({ eng_Latn: [1], ...spanish })),
      );
      expect(error.exitCode).toBe(2);
      expect(error.message).toMatch(
        /No text of flores is there in all of eng_Latn, spa_Latn: none of the 1 in eng_Latn is left/,
      );
    }
  });
});

describe("chooseFrom", () => {
  const SOURCE = { revision: null, sharesIds: true };
  const corpus = new Map([
    ["spa_Latn", texts("spa_Latn", 1, 2)],
    ["eng_Latn", texts("eng_Latn", 1, 2, 3)],
  ]);
  const choose = (n: number) => chooseFrom(configOf({ n_texts_per_lang: n }), corpus, SOURCE, []);

  test("gives the languages in config order, with as many texts as asked for", () => {
    const { languages, warnings } = choose(2);
    expect([...languages]).toEqual([
      ["eng_Latn", texts("eng_Latn", 1, 2)],
      ["spa_Latn", texts("spa_Latn", 1, 2)],
    ]);
    expect(warnings).toEqual([]);
  });

  test("with fewer texts than asked for, all are used, with one warning", () => {
    const { languages, warnings } = choose(3);
    expect(languages.get("spa_Latn")).toHaveLength(2);
    expect(warnings).toEqual(["fewer than 3 texts, all are used: spa_Latn 2"]);
    expect(choose(-1).warnings).toEqual([]);
  });

  test("most texts of a language in a decomposed form are told: features may be of that spelling", () => {
    const of = (...all: string[]) => all.map((text, at) => ({ id: String(at), text }));
    const decomposed = "tiếng".normalize("NFD");
    const corpus = new Map([
      ["eng_Latn", of("a", decomposed, "c")],
      ["spa_Latn", of(decomposed, decomposed, "c")],
    ]);
    const { warnings } = chooseFrom(configOf({ n_texts_per_lang: -1 }), corpus, SOURCE, []);
    expect(warnings).toEqual([expect.stringMatching(/\(NFC\).*: spa_Latn 2 of 3$/)]);
  });

  test("a language without texts is refused by name", () => {
    const empty = new Map([...corpus, ["spa_Latn", []]] as const);
    const error = failureOf(() => chooseFrom(configOf(), empty, SOURCE, []));
    expect(error.message).toContain("has no text in spa_Latn. Leave it out of --languages");
  });
});

describe("checkCorpus", () => {
  test("a language that FLORES+ lacks is refused, with what it is called today", () => {
    const config = configOf({ corpus: "flores", languages: ["eng_Latn", "zho_Hans"] });
    const error = failureOf(() => checkCorpus(config, false));
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain("FLORES+ has no zho_Hans (did you mean cmn_Hans?)");
    expect(checkCorpus(configOf({ corpus: "flores" }), false)).toBeNull();
  });

  test("a revision is refused for a corpus that has none", () => {
    const error = failureOf(() => checkCorpus(configOf({ corpus_revision: "v1" }), false));
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain("--corpus-revision v1: the corpus udhr is local");
  });

  test("a local corpus is read, and refused for what it lacks, with what it has", async () => {
    const rows = ["eng_Latn", "fra_Latn"].map((language) =>
      JSON.stringify({ language, text: "x" }),
    );
    writeFileSync(at("c.jsonl"), rows.join("\n"));
    const corpus = `jsonl:${at("c.jsonl")}`;
    const error = failureOf(() => checkCorpus(configOf({ corpus }), false));
    expect(error.message).toContain("has no spa_Latn");
    expect(error.message).toContain("It has: eng_Latn, fra_Latn.");
    const config = configOf({ corpus, languages: ["fra_Latn", "eng_Latn"] });
    const local = checkCorpus(config, false);
    expect(local?.split).toBeNull();
    const gathered = await gatherTexts(config, local, new FakeJobs({}));
    expect([...gathered.languages.keys()]).toEqual(["fra_Latn", "eng_Latn"]);
    expect(gathered).toMatchObject({ revision: local?.revision });
  });
});
