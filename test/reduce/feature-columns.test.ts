import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  featureColumns,
  featureMeans,
  languageWeights,
  roomForThreads,
} from "../../src/reduce/feature-columns.js";
import { languageStatistics, type Pool } from "../../src/reduce/language-sums.js";
import { arbitraryTexts, FEATURES } from "../fixtures/arbitrary-texts.js";
import { type Token, token } from "../fixtures/frames.js";
import { keepRows } from "../fixtures/keep-rows.js";
import { languageTexts } from "../fixtures/planted-layer.js";
import { sumsOf } from "../fixtures/sums.js";

const counting = arbitraryTexts.filter((texts) => texts.flat().some(({ role }) => role === 0));
const languagesOf = fc.array(counting, { minLength: 2, maxLength: 4 });
const pools = fc.constantFrom<Pool>("token", "text");
const reduced = (languages: Token[][][]) => languages.map((texts) => sumsOf(texts, FEATURES));

describe("featureColumns", () => {
  test("means are those of the languages' statistics, to the bit", () => {
    fc.assert(
      fc.property(languagesOf, pools, (languages, pool) => {
        const columns = featureColumns(reduced(languages), pool);
        const weights = languageWeights(columns);
        const direct = reduced(languages).map((each) =>
          languageStatistics(each.sums, each.counted, pool),
        );
        for (let f = 0; f < FEATURES; f++)
          expect([...featureMeans(columns, f, weights)]).toEqual(direct.map(({ mean }) => mean[f]));
      }),
    );
  });

  test("in memory that was used before they are the same", () => {
    fc.assert(
      fc.property(fc.array(languagesOf, { minLength: 1, maxLength: 4 }), pools, (layers, pool) => {
        const room = roomForThreads();
        for (const layer of layers.map(reduced))
          expect(featureColumns(layer, pool, room)).toEqual(featureColumns(layer, pool));
      }),
    );
  });

  test("every entry is there once, with its row, and rows rise", () => {
    fc.assert(
      fc.property(languagesOf, (languages) => {
        const sums = reduced(languages);
        const columns = featureColumns(sums, "token");
        const seen: number[][] = [];
        for (let f = 0; f < FEATURES; f++) {
          const rows = [...columns.row.subarray(columns.start[f], columns.start[f + 1])];
          expect(rows).toEqual(rows.toSorted((a, b) => a - b));
          for (const [i, row] of rows.entries()) {
            const at = (columns.start[f] as number) + i;
            const k = columns.languageOf[row] as number;
            const text = row - (columns.firstRow[k] as number);
            seen.push([k, text, f, columns.sum[at] as number]);
          }
        }
        const direct = sums.flatMap((language, k) =>
          [...language.counted.keys()].flatMap((text) => {
            const { indptr, feature, sum } = language.sums;
            const [from, to] = [indptr[text] as number, indptr[text + 1] as number];
            return [...feature.subarray(from, to)].map((f, i) => [
              k,
              text,
              f,
              sum[from + i] as number,
            ]);
          }),
        );
        const order = (a: number[], b: number[]) =>
          (a[2] as number) - (b[2] as number) ||
          (a[0] as number) - (b[0] as number) ||
          (a[1] as number) - (b[1] as number);
        expect(seen).toEqual(direct.toSorted(order));
      }),
    );
  });

  test("kept rows give the means of the kept texts", () => {
    fc.assert(
      fc.property(languagesOf, pools, (languages, pool) => {
        const columns = featureColumns(reduced(languages), pool);
        const kept = keepRows(columns, (row) => row % 2 === 0);
        const alone = languages.map((texts, k) =>
          texts.filter((_, t) => ((columns.firstRow[k] as number) + t) % 2 === 0),
        );
        fc.pre(alone.every((texts) => texts.flat().some(({ role }) => role === 0)));
        const direct = featureColumns(reduced(alone), pool);
        expect(languageWeights(kept)).toEqual(languageWeights(direct));
        for (let f = 0; f < FEATURES; f++)
          expect(featureMeans(kept, f, languageWeights(kept))).toEqual(
            featureMeans(direct, f, languageWeights(direct)),
          );
      }),
    );
  });

  test("what cannot be compared is refused", () => {
    const one = sumsOf([[token(0, [0, 1])]], 2);
    expect(() => featureColumns([one], "token")).toThrow("found 1 languages, expected 2 to 256");
    expect(() => featureColumns([one, sumsOf([[token(0)]], 3)], "token")).toThrow(
      "language 1 has 3 features, expected 2",
    );
    expect(() => featureColumns([one, { ...one, counted: new Uint32Array(2) }], "token")).toThrow(
      "sums of 1 texts and counts of 2",
    );
    const broken = languageTexts([[[0, Number.POSITIVE_INFINITY, 1]]], Uint32Array.of(3), 2);
    expect(() => featureColumns([one, broken], "token")).toThrow("feature 0 sums to Infinity");
    const uncounted = languageTexts([[[0, 1, 1]]], Uint32Array.of(0), 2);
    expect(() => featureColumns([one, uncounted], "token")).toThrow("the 0 counted tokens");
    const beyond = languageTexts([[[2, 1, 1]]], Uint32Array.of(1), 2);
    expect(() => featureColumns([one, beyond], "token")).toThrow("feature 2, expected less than 2");
    const silent = featureColumns([one, sumsOf([[]], 2)], "token");
    expect(() => languageWeights(silent)).toThrow("language 1 has no counted token");
    expect(() => featureMeans(silent, 2, new Float64Array(2))).toThrow("expected 0 to 1");
  });
});
