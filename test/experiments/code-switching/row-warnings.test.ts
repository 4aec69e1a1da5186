import { expect, test } from "vitest";
import { analyse, type ReadRow } from "../../../src/experiments/code-switching/analyse.js";
import {
  coverageWarnings,
  silenceWarnings,
} from "../../../src/experiments/code-switching/row-warnings.js";
import type { Examples } from "../../../src/runs/examples-file.js";

const LANGUAGES = ["eng_Latn", "vie_Latn", "zul_Latn"];

function row(prefix: string, noun: string, sentence: string, ...values: number[]): ReadRow {
  const span = {
    ...{ tokens: 1, straddling: 0 },
    sums: new Map([
      [1, Float64Array.of(1, 1, 1)],
      [2, Float64Array.from(values)],
    ]),
  };
  const languages = { prefix_language: prefix, noun_language: noun };
  const place = { noun: sentence, start: 0, end: sentence.length };
  return { row: { line: 1, sentence, ...place, ...languages }, inSentence: span, alone: span };
}

const read = [
  row("eng_Latn", "eng_Latn", "the house", 1, 0, 0),
  row("vie_Latn", "vie_Latn", "cửa sổ", 0, 0, 0),
];

/** Contexts of a language with these texts. */
const kept = (language: string, ...texts: string[]): Examples => ({
  schema_version: 1,
  features: [
    {
      ...{ layer: 2, feature: 7 },
      contexts: texts.map((text) => ({
        ...{ language, id: "a", first_token: 0, tokens_in_text: 1 },
        ...{ pieces: [...text], activations: [...text].map(() => 1) },
      })),
    },
  ],
});

const told = (examples: Examples | null) =>
  silenceWarnings(read, analyse(read, LANGUAGES, [1, 2]).own_feature, [1, 2], examples);

test("a language whose feature is silent on its own nouns is told, with its layers", () => {
  expect(told(null)).toEqual([
    expect.stringMatching(/^vie_Latn: .* none of its own nouns .*\(layer 2\).*spelling, script\)$/),
  ]);
});

test("another normal form is claimed only where the run's texts of the language show it", () => {
  const decomposed = "cửa sổ".normalize("NFD");
  const claim = "the sentences are in NFC, those that the run keeps are not";
  expect(told(kept("vie_Latn", decomposed, decomposed, "ba"))[0]).toContain(claim);
  expect(told(kept("vie_Latn", "cửa sổ"))[0]).not.toContain("in NFC");
  expect(told(kept("eng_Latn", decomposed))[0]).not.toContain("in NFC");
});

test("languages without sentences, or without sentences all of their own, are named", () => {
  const rows = [...read, row("vie_Latn", "eng_Latn", "a", 1, 1, 1)];
  expect(coverageWarnings(rows, LANGUAGES)).toEqual([
    "no prefix and no noun is in zul_Latn: nothing is said there",
  ]);
  expect(coverageWarnings(rows.slice(2), LANGUAGES)[1]).toBe(
    "no sentence has both prefix and noun in eng_Latn, vie_Latn: own own is – there",
  );
  expect(coverageWarnings(read, LANGUAGES.slice(0, 2))).toEqual([]);
});
