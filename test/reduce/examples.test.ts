import fc from "fast-check";
import { expect, test } from "vitest";
import {
  bestFeatures,
  chooseExamples,
  EXAMPLE_FEATURES,
  EXAMPLE_TEXTS,
} from "../../src/reduce/examples.js";
import { rank } from "../../src/reduce/v-score.js";
import { token } from "../fixtures/frames.js";
import { languageSums } from "../fixtures/sums.js";

const WIDTH = EXAMPLE_FEATURES + 2;
const rising = (sign: number) => Float64Array.from({ length: WIDTH }, (_, f) => sign * f);

test("only the best features of each language are shown, each once, in their order", () => {
  const everywhere = [
    token(0, ...Array.from({ length: WIDTH }, (_, f) => [f, 1] as [number, number])),
  ];
  const sums = languageSums("eng_Latn", { 0: [everywhere] }, WIDTH);
  const one = chooseExamples(0, bestFeatures(rank([rising(1)])), [sums]).map(
    ({ feature }) => feature,
  );
  expect(one).toEqual(Array.from({ length: EXAMPLE_FEATURES }, (_, at) => at + 2));
  const both = chooseExamples(0, bestFeatures(rank([rising(1), rising(-1)])), [sums]);
  expect(both.map(({ feature }) => feature)).toEqual([...Array(WIDTH).keys()]);
});

test("a feature's texts are the strongest of any language; of equals the earlier one", () => {
  const text = (value: number) => [token(0), token(0, [0, value])];
  const languages = [
    languageSums("eng_Latn", { 2: [1, 9, 5].map(text) }, 1),
    languageSums("spa_Latn", { 2: [5, 0.5, 7].map(text) }, 1),
  ];
  const chosen = chooseExamples(2, bestFeatures(rank([Float64Array.of(1)])), languages);
  expect(chosen).toHaveLength(EXAMPLE_TEXTS);
  expect(chosen.map(({ language, text, max }) => [language, text, max])).toEqual([
    ["eng_Latn", 1, 9],
    ["spa_Latn", 2, 7],
    ["eng_Latn", 2, 5],
    ["spa_Latn", 0, 5],
  ]);
  expect(chosen[0]).toMatchObject({ layer: 2, feature: 0, position: 1 });
});

test("a feature that never fires has no examples", () => {
  const sums = languageSums("eng_Latn", { 0: [[token(0)]] }, 1);
  expect(chooseExamples(0, bestFeatures(rank([Float64Array.of(0)])), [sums])).toEqual([]);
});

test("the strongest texts are the first of all of them in order, however many there are", () => {
  const strengths = fc.array(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 6 }), {
    minLength: 1,
    maxLength: 3,
  });
  fc.assert(
    fc.property(strengths, (languages) => {
      const codes = ["eng_Latn", "spa_Latn", "fra_Latn"];
      const sums = languages.map((texts, k) =>
        languageSums(codes[k] as string, { 0: texts.map((max) => [token(0, [0, max])]) }, 1),
      );
      const all = languages.flatMap((texts, k) =>
        texts.map((max, text) => ({ language: codes[k], text, max })),
      );
      const expected = all.toSorted((a, b) => b.max - a.max).slice(0, EXAMPLE_TEXTS);
      expect(chooseExamples(0, [0], sums)).toMatchObject(expected);
      expect(chooseExamples(0, [0], sums)).toHaveLength(expected.length);
    }),
  );
});
