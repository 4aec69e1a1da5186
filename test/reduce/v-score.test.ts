import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { firstRanked, rank, vScores } from "../../src/reduce/v-score.js";

const matrix = (languages: { min: number }, value: fc.Arbitrary<number>) =>
  fc
    .tuple(fc.integer({ min: languages.min, max: 5 }), fc.integer({ min: 1, max: 12 }))
    .chain(([k, f]) =>
      fc.array(
        fc.array(value, { minLength: f, maxLength: f }).map((row) => Float64Array.from(row)),
        { minLength: k, maxLength: k },
      ),
    );
const mean = fc.double({ min: -1e6, max: 1e6, noNaN: true });

describe("vScores", () => {
  test("v is the language's mean minus the mean of the others'", () => {
    fc.assert(
      fc.property(matrix({ min: 2 }, mean), (means) => {
        const scores = vScores(means);
        means.forEach((own, k) => {
          own.forEach((m, f) => {
            const others = means.filter((_, other) => other !== k).map((row) => row[f] as number);
            const expected = m - others.reduce((sum, x) => sum + x, 0) / others.length;
            const size = Math.max(1, ...means.map((row) => Math.abs(row[f] as number)));
            expect(Math.abs((scores[k]?.[f] as number) - expected)).toBeLessThan(1e-12 * size);
          });
        });
      }),
    );
  });

  test("the v-scores of a feature add up to zero over the languages", () => {
    fc.assert(
      fc.property(matrix({ min: 2 }, mean), (means) => {
        const scores = vScores(means);
        for (let f = 0; f < (means[0]?.length ?? 0); f++) {
          const size = Math.max(1, ...means.map((row) => Math.abs(row[f] as number)));
          const total = scores.reduce((sum, row) => sum + (row[f] as number), 0);
          expect(Math.abs(total)).toBeLessThan(1e-12 * size);
        }
      }),
    );
  });

  test("languages with the same means have v = 0, to rounding; two of them exactly", () => {
    const row = Float64Array.of(0.1, 1 / 3, -7, 0);
    expect(vScores([row, row])).toEqual([new Float64Array(4), new Float64Array(4)]);
    for (const v of vScores([row, row, row, row]).flatMap((scores) => [...scores]))
      expect(Math.abs(v)).toBeLessThan(1e-14);
  });

  test("fewer than two languages, or means of different widths, are refused", () => {
    expect(() => vScores([Float64Array.of(1)])).toThrow("at least 2 languages, found 1");
    expect(() => vScores([new Float64Array(2), new Float64Array(3)])).toThrow("3 and 2 features");
  });
});

test("the first ranked are the first of the whole ranking", () => {
  const rows = fc.array(
    fc.double({ min: -2, max: 2, noNaN: true }).map((v) => Math.round(v * 4) / 4),
    {
      minLength: 1,
      maxLength: 40,
    },
  );
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 50 }), (row, count) => {
      const scores = Float64Array.from(row);
      expect([...firstRanked(scores, count)]).toEqual([...rank([scores]).index].slice(0, count));
    }),
  );
});

describe("rank", () => {
  /** Many ties, both zeros, negatives, f32 denormals and values that only f64 tells apart. */
  const score = fc.oneof(
    fc.constantFrom(0, -0, 1, 1 + 1e-12, -1, 1e-45, -1e-45, 1e-40, 1e-60, -1e-60, 3e38, -3e38),
    fc.double({ min: -100, max: 100, noNaN: true }),
    fc.float({ noNaN: true, noDefaultInfinity: true }),
  );

  test("features come by falling f32 value, ties by lower number, as a naive sort has them", () => {
    fc.assert(
      fc.property(matrix({ min: 1 }, score), (scores) => {
        const { index, value, languages, features } = rank(scores);
        expect([languages, features]).toEqual([scores.length, scores[0]?.length]);
        scores.forEach((row, k) => {
          const naive = Array.from(row, (v, f) => ({ v: Math.fround(v) + 0, f })).sort(
            (a, b) => b.v - a.v || a.f - b.f,
          );
          const from = k * features;
          expect([...index.subarray(from, from + features)]).toEqual(naive.map(({ f }) => f));
          expect([...value.subarray(from, from + features)]).toEqual(naive.map(({ v }) => v));
        });
      }),
    );
  });

  test("a single feature is its own ranking", () => {
    expect(rank([Float64Array.of(-2), Float64Array.of(2)])).toEqual({
      languages: 2,
      features: 1,
      index: Int32Array.of(0, 0),
      value: Float32Array.of(-2, 2),
    });
  });

  test("a value that only f32 rounds to minus zero ties with zero", () => {
    expect([...rank([Float64Array.of(-1e-60, 0)]).index]).toEqual([0, 1]);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e39])(
    "a score of %d is refused, with its feature",
    (broken) => {
      expect(() => rank([Float64Array.of(0, 1, broken)])).toThrow(`v of feature 2 is ${broken}`);
    },
  );

  test("2^20 features are ranked, one more is refused", () => {
    const wide = new Float64Array(2 ** 20);
    wide[2 ** 20 - 1] = 1;
    expect([...rank([wide]).index.subarray(0, 3)]).toEqual([2 ** 20 - 1, 0, 1]);
    expect(() => rank([new Float64Array(2 ** 20 + 1)])).toThrow("found 1048577");
  });
});
