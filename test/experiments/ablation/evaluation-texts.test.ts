import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  type EvaluationRequest,
  evaluationTexts,
  standardCorpus,
  tokenizeEvaluation,
} from "../../../src/experiments/ablation/evaluation-texts.js";
import { textHash, textsFingerprint } from "../../../src/plan.js";
import { encodeSums } from "../../../src/runs/sums-file.js";
import { rejectionOf } from "../../fixtures/failure.js";
import { FakeJobs } from "../../fixtures/fake-jobs.js";
import { token } from "../../fixtures/frames.js";
import { loadedOf } from "../../fixtures/loaded.js";
import { metaOf, runOf, writeRun } from "../../fixtures/runs.js";
import { languageSums } from "../../fixtures/sums.js";
import { useTempFolder } from "../../fixtures/temp-folder.js";

const at = useTempFolder();
const CODES = ["eng_Latn", "spa_Latn"];

/** A run whose features were chosen on these texts of a JSON lines corpus. */
function written(texts: string[], meta: object = {}) {
  const facts = texts.map((text, place) => ({
    id: `t${place}`,
    sha256: textHash(text).slice(0, 16),
  }));
  const run = runOf(
    metaOf({
      ...{ corpus: `jsonl:${at("corpus.jsonl")}`, split: null },
      texts_sha256: Object.fromEntries(CODES.map((code) => [code, textsFingerprint(facts)])),
      ...meta,
    }),
    { 1: [[1], [-1]] },
  );
  writeRun(at("run"), run);
  mkdirSync(at("run", "sums"));
  for (const code of CODES) {
    const sums = languageSums(code, { 1: texts.map(() => [token(0)]) }, 1);
    writeFileSync(at("run", "sums", `${code}.safetensors`), encodeSums({ ...sums, texts: facts }));
  }
  return run;
}

function corpus(rows: [language: string, id: string, text: string, split?: string][]): string {
  writeFileSync(
    at("corpus.jsonl"),
    rows
      .map(([language, id, text, split]) => JSON.stringify({ language, id, text, split }))
      .join("\n"),
  );
  return `jsonl:${at("corpus.jsonl")}`;
}

const request = (changes: Partial<EvaluationRequest>): EvaluationRequest => ({
  ...{ corpus: "", split: "devtest", splitGiven: false, texts: 100, sameTexts: false },
  ...changes,
});
const jobs = new FakeJobs({});

test("texts that chose the features are left out, by their bytes and with their translations", async () => {
  const run = written(["one", "two"]);
  const name = corpus([
    ["eng_Latn", "t0", "one"],
    ["eng_Latn", "t1", "another wording of the second"],
    ["eng_Latn", "t9", "new"],
    ["spa_Latn", "x", "two"],
    ["spa_Latn", "t9", "nuevo"],
  ]);
  const found = await evaluationTexts(run, request({ corpus: name }), jobs);
  expect([...found.languages].map(([code, own]) => [code, own.map(({ text }) => text)])).toEqual([
    ["eng_Latn", ["new"]],
    ["spa_Latn", ["nuevo"]],
  ]);
  expect(found).toMatchObject({ excluded: 3, isDisjoint: true, lacking: [] });
});

/** Two texts chose the features; their translations are known by their ids alone. */
function translated() {
  const run = written(["one", "two"]);
  corpus([
    ["eng_Latn", "t0", "one, as it is worded today"],
    ["eng_Latn", "t1", "two, as it is worded today"],
    ["eng_Latn", "t9", "new"],
    ["spa_Latn", "t1", "dos"],
    ["spa_Latn", "t9", "nuevo"],
  ]);
  return run;
}

test("a corpus is the run's own under every name that its place has", async () => {
  const run = translated();
  mkdirSync(at("a"));
  symlinkSync(at("corpus.jsonl"), at("link.jsonl"));
  for (const name of [at("corpus.jsonl"), `${at()}/a/../corpus.jsonl`, at("link.jsonl")]) {
    const found = await evaluationTexts(run, request({ corpus: `jsonl:${name}` }), jobs);
    expect([...found.languages.values()].flat().map(({ id }) => id)).toEqual(["t9", "t9"]);
  }
});

test("a copy of it is too, by its content; in one with more texts, those that chose the features are known by theirs", async () => {
  const run = translated();
  const text = readFileSync(at("corpus.jsonl"), "utf8");
  run.meta.corpus_revision = `sha256:${textHash(text)}`;
  writeFileSync(at("copy.jsonl"), text);
  const asked = request({ corpus: `jsonl:${at("copy.jsonl")}` });
  const found = await evaluationTexts(run, asked, jobs);
  expect(found.languages.get("spa_Latn")?.map(({ id }) => id)).toEqual(["t9"]);
  const more = { language: "eng_Latn", id: "t1", text: "two" };
  const lines = text.split("\n").filter((line) => !line.includes("two, as"));
  writeFileSync(at("copy.jsonl"), [...lines, JSON.stringify(more)].join("\n"));
  const longer = await evaluationTexts(run, asked, jobs);
  expect(longer.languages.get("spa_Latn")?.map(({ id }) => id)).toEqual(["t9"]);
});

test("where all texts chose them it says so, unless it is allowed; then they are not other texts", async () => {
  const run = written(["one"]);
  const name = corpus([
    ["eng_Latn", "t0", "one"],
    ["spa_Latn", "t0", "uno"],
  ]);
  const error = await rejectionOf(evaluationTexts(run, request({ corpus: name }), jobs));
  expect(error.exitCode).toBe(2);
  expect(error.message).toContain("chosen on all of them");
  const same = await evaluationTexts(run, request({ corpus: name, sameTexts: true }), jobs);
  expect(same.isDisjoint).toBe(false);
  expect(same.languages.get("eng_Latn")).toHaveLength(1);
});

test("that texts which chose them are allowed changes nothing where there are none", async () => {
  const run = written(["one"]);
  const name = corpus(CODES.map((code): [string, string, string] => [code, "t9", `new ${code}`]));
  const found = await evaluationTexts(run, request({ corpus: name, sameTexts: true }), jobs);
  expect(found).toMatchObject({ excluded: 0, isDisjoint: true });
});

test("texts are taken from as many documents as there are", async () => {
  const run = written(["one"]);
  const name = corpus(
    CODES.flatMap((code) =>
      ["a#1", "a#2", "b#1", "c#1"].map((id): [string, string, string] => [code, id, code + id]),
    ),
  );
  const found = await evaluationTexts(run, request({ corpus: name, texts: 3 }), jobs);
  expect(found.languages.get("spa_Latn")?.map(({ id }) => id)).toEqual(["a#1", "b#1", "c#1"]);
  const { languages } = await tokenizeEvaluation(found, loadedOf(), jobs);
  expect(languages[0]?.documents).toEqual(["a", "b", "c"]);
});

test("languages that the corpus lacks are told; fewer than two are refused", async () => {
  const run = written(["one"]);
  const name = corpus([["eng_Latn", "t5", "new"]]);
  expect(
    (await rejectionOf(evaluationTexts(run, request({ corpus: name }), jobs))).message,
  ).toContain("has one of the run's languages");
});

test("of a corpus with splits it is devtest; at most as many as asked for", async () => {
  const run = written(["one"], { split: "dev" });
  const name = corpus(
    CODES.flatMap((code) =>
      ["dev", "devtest", "devtest", "devtest"].map(
        (split, place): [string, string, string, string] => [
          code,
          `t${place}`,
          `${code} ${place}`,
          split,
        ],
      ),
    ),
  );
  const found = await evaluationTexts(run, request({ corpus: name, texts: 2 }), jobs);
  expect(found.split).toBe("devtest");
  expect(found.languages.get("spa_Latn")?.map(({ id }) => id)).toEqual(["t1", "t2"]);
});

test("FLORES+ sentences are those that all languages have, of the run's own commit", async () => {
  const run = written(["one"], { corpus: "flores", split: "dev", corpus_revision: "abc" });
  const file = (...ids: string[]) => ({
    ...{ revision: "abc", warning: null, texts: ids.map((id) => ({ id, text: `text ${id}` })) },
  });
  const flores = new Map([
    ["eng_Latn", file("1", "2", "3")],
    ["spa_Latn", file("2", "3", "4")],
  ]);
  const found = await evaluationTexts(run, request({ corpus: "flores" }), new FakeJobs({ flores }));
  expect(found.languages.get("spa_Latn")?.map(({ id }) => id)).toEqual(["2", "3"]);
  expect(found).toMatchObject({ split: "devtest", revision: "abc" });
});

test("the embedded model is evaluated on what it was not trained on", () => {
  expect(standardCorpus(runOf(metaOf({ corpus: "udhr" }), {}))).toBe("manuals");
  expect(standardCorpus(runOf(metaOf({ corpus: "flores" }), {}))).toBe("flores");
});

test("a text in which nothing is predicted is refused by its id", async () => {
  const texts = {
    ...{ corpus: "c", split: null, revision: null, lacking: [], excluded: 0, isDisjoint: true },
    languages: new Map([["eng_Latn", [{ id: "short", text: "a" }]]]),
  };
  const error = await rejectionOf(tokenizeEvaluation(texts, loadedOf(), jobs));
  expect(error.message).toContain("The text short of eng_Latn has 1 tokens");
});
