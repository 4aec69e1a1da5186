import { expect, test } from "vitest";
import { analyse, type ReadRow } from "../../../src/experiments/code-switching/analyse.js";
import type { SpanSums } from "../../../src/experiments/spans.js";

const LANGUAGES = ["eng_Latn", "fra_Latn", "tha_Thai"];
const LAYERS = [1, 2];

/** Sums of the three languages' features, twice as large at layer 2. */
const sums = (tokens: number, ...values: number[]): SpanSums => ({
  ...{ tokens, straddling: 0 },
  sums: new Map(
    LAYERS.map((layer) => [layer, Float64Array.from(values, (value) => value * layer)]),
  ),
});

const row = (
  prefix: string,
  noun: string,
  inSentence: SpanSums | null,
  alone: SpanSums | null,
): ReadRow => ({
  row: {
    ...{ line: 1, sentence: `… ${noun}`, noun, start: 2, end: 3 },
    ...{ prefix_language: prefix, noun_language: noun.slice(0, 8) },
  },
  inSentence,
  alone,
});

const read = [
  row("fra_Latn", "fra_Latn", sums(2, 0, 12, 0), sums(2, 0, 4, 0)),
  row("fra_Latn", "fra_Latn a", sums(1, 0, 3, 0), sums(1, 0, 5, 0)),
  row("fra_Latn", "eng_Latn", sums(4, 8, 16, 0), sums(4, 20, 4, 0)),
  row("fra_Latn", "tha_Thai", sums(1, 0, 2, 7), null),
  row("tha_Thai", "eng_Latn", sums(2, 4, 0, 6), sums(4, 20, 4, 0)),
];
const { own_feature, noun_feature } = analyse(read, LANGUAGES, LAYERS);
const french = own_feature.find(({ language }) => language === "fra_Latn");
const english = noun_feature.find(({ language }) => language === "eng_Latn");

test("own nouns: over all tokens of all nouns", () => {
  // (12 + 3) / (2 + 1), and (4 + 5) / (2 + 1) alone.
  expect(french?.own).toEqual([5, 10]);
  expect(french?.own_alone).toEqual([3, 6]);
});

test("foreign nouns: each language weighs the same; what has no token is in no mean", () => {
  // English 16 / 4 = 4, Thai 2 / 1 = 2.
  expect(french?.foreign).toEqual([3, 6]);
  expect(french?.foreign_alone).toEqual([1, 2]);
  expect(french?.by_noun.find(({ noun_language }) => noun_language === "tha_Thai")).toEqual({
    ...{ noun_language: "tha_Thai", rows: 1, after_prefix: [2, 4], alone: [null, null] },
    standard_errors: { after_prefix: [null, null], alone: [null, null] },
    n: { after_prefix: 1, alone: 0 },
  });
});

test("each mean has the number of its sentences, or of its nouns alone", () => {
  expect(french?.n).toEqual({ own: 2, foreign: 2, foreign_alone: 1, own_alone: 2 });
  expect(english?.n).toEqual({ own: 0, after_foreign: 2, alone: 1 });
  // 12 − 5 · 2 and 3 − 5 · 1 of 3 tokens, alone 4 − 3 · 2 and 5 − 3: twice as large at layer 2. All have one prefix.
  expect(french?.standard_errors).toMatchObject({
    own: [null, null],
    own_alone: [expect.closeTo(4 / 3, 12), expect.closeTo(8 / 3, 12)],
  });
});

test("the converse looks at the feature of the noun's language; a noun counts once alone", () => {
  // Behind French 8 / 4, behind Thai 4 / 2; alone 20 / 4.
  expect(english).toMatchObject({ own: [null, null], after_foreign: [2, 4], alone: [5, 10] });
  expect(english?.by_prefix.map(({ prefix_language }) => prefix_language)).toEqual([
    "fra_Latn",
    "tha_Thai",
  ]);
});

test("languages without a row are not in it", () => {
  expect(own_feature.map(({ language }) => language)).toEqual(["fra_Latn", "tha_Thai"]);
  expect(noun_feature.map(({ language }) => language)).toEqual(LANGUAGES);
});
