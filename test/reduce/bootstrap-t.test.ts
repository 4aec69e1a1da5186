import { describe, expect, test } from "vitest";
import { bootstrapT, reachOf } from "../../src/reduce/bootstrap-t.js";
import { featureColumns } from "../../src/reduce/feature-columns.js";
import { type Contrast, FeatureResamples } from "../../src/reduce/feature-resamples.js";
import { textUnits } from "../../src/reduce/text-units.js";
import { unitResamples } from "../../src/reduce/unit-resamples.js";
import { languageTexts, type PlantedLayer } from "../fixtures/planted-layer.js";

const resample = ({ languages, ids }: PlantedLayer) => {
  const columns = featureColumns(languages, "token");
  const drawn = unitResamples(columns, textUnits(columns, ids), { seed: 1, resamples: 200 });
  return (f: number) => new FeatureResamples(columns, drawn, f);
};

describe("bootstrapT", () => {
  const contrastOf = (studentised: number[], standardError = 2): Contrast => ({
    value: 10,
    standardError,
    influence: new Float64Array(0),
    resampled: new Float64Array(0),
    studentised: Float64Array.from(studentised),
  });
  const hundred = Array.from({ length: 100 }, (_, at) => (at % 2 === 0 ? 1 : -1) * (at + 1) * 0.03);

  test("goes as far as 95 of 100 errors of resamples, or as all but two of those on a side", () => {
    const interval = bootstrapT(contrastOf(hundred));
    expect(interval?.lo).toBeCloseTo(10 - 2 * 95 * 0.03);
    expect(interval?.hi).toBeCloseTo(10 + 2 * 96 * 0.03);
  });

  test("resamples without a value are left out, to one in twenty", () => {
    const without = (count: number) => hundred.map((t, at) => (at < count ? Number.NaN : t));
    expect(bootstrapT(contrastOf(without(5)))).not.toBeNull();
    expect(bootstrapT(contrastOf(without(6)))).toBeNull();
  });

  test("goes as far as the errors to each side do where they are skewed, but never less than both", () => {
    const skewed = hundred.map((t) => (t < 0 ? 4 * t : t / 4));
    const sorted = skewed.toSorted((a, b) => a - b);
    const interval = bootstrapT(contrastOf(skewed));
    const symmetric = skewed.map(Math.abs).toSorted((a, b) => a - b)[94] as number;
    expect(interval?.lo).toBeCloseTo(10 - 2 * symmetric);
    expect(interval?.hi).toBeCloseTo(10 - 2 * (sorted[2] as number));
    expect(interval?.hi).toBeGreaterThan(10 + 2 * symmetric);
  });

  test("several contrasts together take the largest error of each resample", () => {
    const both = [contrastOf([1, -5, 2]), contrastOf([-4, 1, 0])];
    expect(reachOf(both)).toEqual({ below: 5, above: 5 });
    expect(() => reachOf([])).toThrow("found no contrasts");
  });

  const constant = (texts: number, fires: (text: number, language: number) => boolean) => {
    const languages = [0, 1].map((k) =>
      languageTexts(
        Array.from({ length: texts }, (_, t) => (fires(t, k) ? [[0, 6 + 3 * k, 2]] : [])),
        new Uint32Array(texts).fill(3),
        1,
      ),
    );
    return { languages, ids: languages.map(() => [...Array(texts).keys()]) };
  };

  test("what is the same in every text has no uncertainty", () => {
    const of = resample(constant(8, () => true));
    expect(bootstrapT(of(0).v(1))).toEqual({ lo: 1, hi: 1 });
  });

  test("a feature that never fires has v = 0 for certain", () => {
    const of = resample(constant(8, () => false));
    expect(bootstrapT(of(0).v(1))).toEqual({ lo: 0, hi: 0 });
  });

  test("one text that fires, and one unit, tell of no interval", () => {
    const one = resample(constant(30, (t, k) => t === 4 && k === 1));
    expect(bootstrapT(one(0).v(1))).toBeNull();
    expect(bootstrapT(resample(constant(1, () => true))(0).v(1))).toBeNull();
  });
});
