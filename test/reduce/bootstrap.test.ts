import fc from "fast-check";
import { expect, test } from "vitest";
import { Bootstrap, percentileInterval } from "../../src/reduce/bootstrap.js";
import { Draws } from "../../src/reduce/random.js";

test("draws are the same for the same seed, even, and within their range", () => {
  const of = (seed: number) => {
    const draws = new Draws(seed);
    return Array.from({ length: 5000 }, () => draws.below(5));
  };
  expect(of(3)).toEqual(of(3));
  expect(of(3)).not.toEqual(of(4));
  for (let value = 0; value < 5; value++) {
    const share = of(3).filter((each) => each === value).length / 5000;
    expect(share).toBeGreaterThan(0.17);
    expect(share).toBeLessThan(0.23);
  }
});

test("a number that is the same in every text has no uncertainty", () => {
  const bootstrap = new Bootstrap(20, 1);
  const tokens = Array.from({ length: 20 }, (_, at) => at + 1);
  const samples = bootstrap.ratios(
    tokens.map((n) => 3 * n),
    tokens,
    [...tokens.keys()],
  );
  const interval = percentileInterval(samples, 20);
  expect(interval?.lo).toBeCloseTo(3);
  expect(interval?.hi).toBeCloseTo(3);
});

test("the interval of a mean is as wide as its standard error says", () => {
  const draws = new Draws(9);
  const values = Array.from({ length: 400 }, () => draws.below(1000) / 1000);
  const ones = values.map(() => 1);
  const samples = new Bootstrap(400, 2).ratios(values, ones, [...values.keys()]);
  const { lo, hi } = percentileInterval(samples, 400) ?? { lo: 0, hi: 0 };
  // Uniform: a standard deviation of √(1/12), and 1.96 standard errors to each side.
  expect((hi - lo) / 2).toBeCloseTo((1.96 * Math.sqrt(1 / 12)) / Math.sqrt(400), 2);
});

test("texts of one unit are drawn together: a difference between them has no spread", () => {
  fc.assert(
    fc.property(
      fc.array(fc.float({ noNaN: true, min: -5, max: 5 }), { minLength: 2, maxLength: 12 }),
      (values) => {
        const bootstrap = new Bootstrap(values.length, 5, 50);
        const units = [...values.keys()];
        const ones = values.map(() => 1);
        const a = bootstrap.ratios(values, ones, units);
        const b = bootstrap.ratios(
          values.map((value) => value + 1),
          ones,
          units,
        );
        for (const [at, sample] of a.entries())
          expect((b[at] as number) - sample).toBeCloseTo(1, 6);
      },
    ),
  );
});

test("the few resamples in which nothing of a language was drawn are left out", () => {
  const values = Float64Array.from({ length: 100 }, (_, at) => (at < 5 ? Number.NaN : at));
  expect(percentileInterval(values, 9)).toEqual({ lo: 7, hi: 97 });
  values[5] = Number.NaN;
  expect(percentileInterval(values, 9)).toBeNull();
});

test("one text has no interval, and what is hardly ever drawn has none either", () => {
  expect(percentileInterval(new Bootstrap(1, 0).ratios([1], [1], [0]), 1)).toBeNull();
  const two = new Bootstrap(2, 0);
  expect(percentileInterval(two.ratios([1], [1], [0]), 2)).toBeNull();
});

test("several draws of a control are drawn anew in every resample, a single one stays as it is", () => {
  const bootstrap = new Bootstrap(4, 7);
  const [low, high] = [new Float64Array(1000).fill(1), new Float64Array(1000).fill(3)];
  expect(bootstrap.overDraws([low], "one")).toBe(low);
  const both = bootstrap.overDraws([low, high], "two");
  expect(new Set(both)).toEqual(new Set([1, 2, 3]));
  expect(both.reduce((sum, each) => sum + each, 0) / 1000).toBeCloseTo(2, 0);
  expect(bootstrap.overDraws([low, high], "two")).toEqual(both);
  expect(bootstrap.overDraws([low, high], "another")).not.toEqual(both);
});
