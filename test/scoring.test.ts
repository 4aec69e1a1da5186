import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitraryTexts, FEATURES } from "./fixtures/arbitrary-texts.js";
import { token } from "./fixtures/frames.js";
import { DROP, languageSums, scoresOf } from "./fixtures/sums.js";

const RULE = { ...DROP, pool: "token" } as const;

describe("scoreLayers", () => {
  test("a small case by hand: means, v and ranking", () => {
    const english = languageSums("eng_Latn", { 4: [[token(0, [0, 4]), token(0, [2, 1])]] }, 3);
    const spanish = languageSums("spa_Latn", { 4: [[token(0, [0, 1], [1, 3])]] }, 3);
    const { statistics, rankings } = scoresOf([english, spanish], [4], RULE);
    expect([...(statistics.get(4)?.mean ?? [])]).toEqual([2, 0, 0.5, 1, 3, 0]);
    expect([...(statistics.get(4)?.activeFraction ?? [])]).toEqual([0.5, 0, 0.5, 1, 1, 0]);
    expect([...(rankings.get(4)?.index ?? [])]).toEqual([0, 2, 1, 1, 2, 0]);
    expect([...(rankings.get(4)?.value ?? [])]).toEqual([1, 0.5, -3, 3, -0.5, -1]);
  });

  test("layers come in the order asked for, and only those", () => {
    const both = ["eng_Latn", "spa_Latn"].map((language) =>
      languageSums(language, { 1: [[token(0)]], 2: [[token(0)]], 3: [[token(0)]] }, 1),
    );
    const { statistics, rankings } = scoresOf(both, [3, 1], RULE);
    expect([...statistics.keys()]).toEqual([3, 1]);
    expect([...rankings.keys()]).toEqual([3, 1]);
  });

  test("the same texts in every language leave no language a score", () => {
    const counting = arbitraryTexts.filter((texts) => texts.flat().some(({ role }) => role === 0));
    fc.assert(
      fc.property(counting, (texts) => {
        const languages = ["eng_Latn", "spa_Latn"].map((language) =>
          languageSums(language, { 0: texts }, FEATURES),
        );
        const ranking = scoresOf(languages, [0], RULE).rankings.get(0);
        expect(ranking?.value.every((v) => v === 0)).toBe(true);
      }),
    );
  });

  test("a layer that a language's sums lack is an error that names both", () => {
    const sums = languageSums("eng_Latn", { 1: [[token(0)]] }, 1);
    expect(() => scoresOf([sums, sums], [2], RULE)).toThrow("sums of eng_Latn lack layer 2");
  });
});
