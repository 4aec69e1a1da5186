import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { languageStatistics, type Pool } from "../../src/reduce/language-sums.js";
import { isCounted, type TokenRule } from "../../src/reduce/text-sums.js";
import { arbitraryTexts, FEATURES } from "../fixtures/arbitrary-texts.js";
import { type Token, token } from "../fixtures/frames.js";
import { DROP, sumsOf } from "../fixtures/sums.js";

/** Per text: counted tokens, the feature's sum, and the tokens on which it fires. */
const perText = (texts: readonly Token[][], feature: number, rule: TokenRule) =>
  texts
    .map((tokens) => tokens.filter(({ role }) => isCounted(role, rule)))
    .filter(({ length }) => length > 0)
    .map((tokens) => {
      const values = tokens.flatMap(({ active }) =>
        active.filter(([f]) => f === feature).map(([, value]) => value),
      );
      const sum = Math.fround(values.reduce((total, value) => total + value, 0));
      return { n: tokens.length, sum, active: values.length };
    });

const add = (values: number[]) => values.reduce((total, value) => total + value, 0);

/** The formulas as the documentation gives them. */
function direct(rows: { n: number; sum: number }[], pool: Pool) {
  const texts = rows.length;
  if (pool === "token") {
    const tokens = add(rows.map(({ n }) => n));
    const mean = add(rows.map(({ sum }) => sum)) / tokens;
    const residuals = add(rows.map(({ n, sum }) => (sum - mean * n) ** 2));
    return { mean, error: Math.sqrt((texts / (texts - 1)) * residuals) / tokens };
  }
  const mean = add(rows.map(({ n, sum }) => sum / n)) / texts;
  const variance = add(rows.map(({ n, sum }) => (sum / n - mean) ** 2)) / (texts - 1);
  return { mean, error: Math.sqrt(variance / texts) };
}

const counting = arbitraryTexts.filter((texts) => texts.flat().some(({ role }) => role === 0));
const pools = fc.constantFrom<Pool>("token", "text");
const statisticsOf = (texts: readonly Token[][], pool: Pool, rule: TokenRule = DROP) => {
  const { sums, counted } = sumsOf(texts, FEATURES, rule);
  return languageStatistics(sums, counted, pool);
};

/** Values are up to 1000; the standard error subtracts squares, so half of the digits may go. */
const near = (actual: number, expected: number, tolerance: number) =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance);

describe("languageStatistics", () => {
  test("means, standard errors and active fractions are those of the formulas", () => {
    fc.assert(
      fc.property(counting, pools, (texts, pool) => {
        const statistics = statisticsOf(texts, pool);
        for (let f = 0; f < FEATURES; f++) {
          const rows = perText(texts, f, DROP);
          const { mean, error } = direct(rows, pool);
          near(statistics.mean[f] as number, mean, 1e-6 * Math.max(1, Math.abs(mean)));
          if (rows.length < 2) expect(statistics.standardError[f]).toBeNaN();
          else near(statistics.standardError[f] as number, error, 1e-4);
          const tokens = add(rows.map(({ n }) => n));
          expect(statistics.activeFraction[f]).toBe(add(rows.map((row) => row.active)) / tokens);
        }
      }),
    );
  });

  test("the order of the texts changes the statistics by rounding at most", () => {
    fc.assert(
      fc.property(counting, pools, (texts, pool) => {
        const [one, other] = [statisticsOf(texts, pool), statisticsOf(texts.toReversed(), pool)];
        for (let f = 0; f < FEATURES; f++) {
          const mean = one.mean[f] as number;
          near(other.mean[f] as number, mean, 1e-6 * Math.max(1, Math.abs(mean)));
          expect(other.activeFraction[f]).toBe(one.activeFraction[f]);
        }
      }),
    );
  });

  test("pool token weighs texts by their tokens, pool text weighs them alike", () => {
    const texts = [[token(0, [0, 6])], [token(0), token(0), token(0, [0, 3])]];
    expect(statisticsOf(texts, "token").mean[0]).toBe(9 / 4);
    expect(statisticsOf(texts, "text").mean[0]).toBe((6 + 1) / 2);
  });

  test.each<Pool>(["token", "text"])(
    "texts that fire alike have no standard error (pool %s)",
    (pool) => {
      const texts = [[token(0, [0, 2])], [token(0, [0, 2])], [token(0, [0, 2])]];
      expect(statisticsOf(texts, pool).standardError[0]).toBe(0);
    },
  );

  test("texts without a counted token are left out of means and errors", () => {
    const texts = [[token(0, [0, 1])], [token(0, [0, 3])]];
    for (const pool of ["token", "text"] as const) {
      const { mean, standardError } = statisticsOf([...texts, [token(3, [0, 50])], []], pool);
      expect(mean).toEqual(statisticsOf(texts, pool).mean);
      expect(standardError).toEqual(statisticsOf(texts, pool).standardError);
    }
  });

  test.each<[TokenRule["first_token"], number]>([
    ["drop", 0.75],
    ["keep", 0.75],
  ])("the share at the first position is of all that fires (first %s)", (first_token, share) => {
    const texts = [[token(1, [0, 6]), token(0, [0, 2])]];
    const rule = { special_tokens: "drop", first_token } as const;
    const { firstShare } = statisticsOf(texts, "token", rule);
    expect(firstShare[0]).toBe(share);
    expect(firstShare[1]).toBe(0);
  });

  test("the share at the first position holds where a BOS there never counts, though first is kept", () => {
    const bos = (value: number) => token(3, [0, value], [1, value]);
    const texts = [[bos(6), token(0, [0, 2])], [bos(9)]];
    const rule = { special_tokens: "drop", first_token: "keep" } as const;
    const { firstShare } = statisticsOf(texts, "token", rule);
    expect(firstShare[0]).toBeCloseTo(15 / 17, 6);
    expect(firstShare[1]).toBe(1);
  });

  test("a language none of whose tokens counts is refused", () => {
    expect(() => statisticsOf([[token(3)], []], "token")).toThrow("without a counted token");
  });
});
