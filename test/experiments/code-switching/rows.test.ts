import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  embeddedSwitchRows,
  nounPlace,
  readSwitchRows,
} from "../../../src/experiments/code-switching/rows.js";
import { failureOf } from "../../fixtures/failure.js";
import { useTempFolder } from "../../fixtures/temp-folder.js";

const at = useTempFolder();
const LANGUAGES = ["eng_Latn", "fra_Latn", "deu_Latn"];

const row = (changes: object = {}) =>
  JSON.stringify({
    ...{ sentence: "J'ai vu un dog", ori_sentence: "J'ai vu un ", ori_lan: "fr", target_lan: "en" },
    ...changes,
  });

function written(...lines: string[]): string {
  writeFileSync(at("rows.jsonl"), lines.join("\n"));
  return at("rows.jsonl");
}

test("the noun is what follows the prefix, without the spaces around it, in code points", () => {
  expect(nounPlace("un  chien ", "un ")).toEqual({ noun: "chien", start: 4, end: 9 });
  expect(nounPlace("👍犬", "👍")).toEqual({ noun: "犬", start: 1, end: 2 });
  expect(nounPlace("a mot de passe", "a")).toEqual({ noun: "mot de passe", start: 2, end: 14 });
  expect(nounPlace("le chien", "la ")).toBe("elsewhere");
  expect(nounPlace("le ", "le")).toBe("nothing");
});

test("rows of both kinds of codes are read; fields beside the four do not matter", () => {
  const file = written(row(), "", row({ ori_lan: "fra_Latn", target_lan: "de", more: 1 }));
  const { rows, left_out, sha256 } = readSwitchRows(file, LANGUAGES);
  expect(
    rows.map(({ line, prefix_language, noun_language }) => [line, prefix_language, noun_language]),
  ).toEqual([
    [1, "fra_Latn", "eng_Latn"],
    [3, "fra_Latn", "deu_Latn"],
  ]);
  expect(rows[0]).toMatchObject({ noun: "dog", start: 11, end: 14 });
  expect(left_out).toEqual([]);
  expect(sha256).toMatch(/^[0-9a-f]{64}$/);
});

test("rows that cannot be used are left out with their lines, by reason", () => {
  const file = written(
    row(),
    row({ ori_sentence: "Je vois un " }),
    row({ target_lan: "th" }),
    row({ sentence: "J'ai vu un " }),
    row({ ori_lan: "xx" }),
    row({ ori_sentence: "Elle a " }),
    row({ sentence: "J'ai vu un \ud83d" }),
    // Both halves of 👨 are in the sentence, one in the prefix: the noun would begin with the other.
    row({ sentence: "J'aime 👨 dog", ori_sentence: "J'aime \ud83d" }),
  );
  expect(readSwitchRows(file, LANGUAGES).left_out).toEqual([
    { why: "its sentence does not begin with its prefix", lines: [2, 6] },
    { why: "the run has no language tha_Thai", lines: [3] },
    { why: "nothing follows its prefix", lines: [4] },
    { why: "the run has no language xx", lines: [5] },
    { why: "its sentence or its prefix has half of a surrogate pair", lines: [7, 8] },
  ]);
});

describe("what is no such file is refused with its line", () => {
  test.each<[string, string[], string]>([
    ["no JSON", [row(), "{"], "line 2 is not JSON"],
    ["a field that is missing", ['{"sentence": "a"}'], "line 1: ori_sentence"],
    ["no row at all", [""], "it is empty"],
    ["no row that can be used", [row({ ori_lan: "th" })], "the run has no language tha_Thai (1)"],
  ])("%s", (_, lines, words) => {
    const error = failureOf(() => readSwitchRows(written(...lines), LANGUAGES));
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain(words);
  });

  test("a folder or a pipe, which nobody would end", () => {
    execFileSync("mkfifo", [at("pipe")]);
    for (const file of [at("pipe"), at()])
      expect(failureOf(() => readSwitchRows(file, LANGUAGES)).message).toContain("is no file");
  });

  test("a file that is not there, or not text", () => {
    expect(failureOf(() => readSwitchRows(at("none"), LANGUAGES)).message).toContain("(ENOENT)");
    writeFileSync(at("bytes"), Uint8Array.of(0xff, 0xfe));
    expect(failureOf(() => readSwitchRows(at("bytes"), LANGUAGES)).message).toContain("UTF-8");
  });
});

test("the built-in rows are every noun behind every prefix of the run's languages", () => {
  const { rows } = embeddedSwitchRows(["fra_Latn", "jpn_Jpan", "xxx_Latn"]);
  expect(rows).toHaveLength(2 * 2 * 5);
  expect(rows[0]).toMatchObject({
    sentence: "Cliquez sur le bouton pour fermer la fenêtre",
    noun: "fenêtre",
  });
  for (const { sentence, noun, start, end } of rows)
    expect(Array.from(sentence).slice(start, end).join("")).toBe(noun);
});

test("built in, the noun of one language is never spelt as that of another", () => {
  const { rows } = embeddedSwitchRows(
    "eng_Latn spa_Latn fra_Latn jpn_Jpan kor_Hang por_Latn tha_Thai vie_Latn cmn_Hans arb_Arab deu_Latn rus_Cyrl cat_Latn glg_Latn".split(
      " ",
    ),
  );
  expect(rows).toHaveLength(14 * 14 * 5);
  const nouns = new Map<string, Set<string>>();
  for (const { noun, noun_language } of rows)
    nouns.set(noun, (nouns.get(noun) ?? new Set()).add(noun_language));
  expect([...nouns].filter(([, of]) => of.size > 1)).toEqual([]);
  expect(nouns.size).toBe(14 * 5);
});

test("a run without two of their languages is told to give its own", () => {
  expect(failureOf(() => embeddedSwitchRows(["fra_Latn", "zul_Latn"])).message).toContain(
    "--data FILE",
  );
});
