import { describe, expect, test } from "vitest";
import { featureColumns } from "../../src/reduce/feature-columns.js";
import { FeatureResamples } from "../../src/reduce/feature-resamples.js";
import { textUnits } from "../../src/reduce/text-units.js";
import { unitResamples } from "../../src/reduce/unit-resamples.js";
import { feature, type PlantedLayer, plantedLayer } from "../fixtures/planted-layer.js";

const resample = (
  { languages, ids }: PlantedLayer,
  { isParallel = true, resamples = 200, seed = 1, pool = "token" as "token" | "text" } = {},
) => {
  const columns = featureColumns(languages, pool);
  const drawn = unitResamples(columns, textUnits(columns, isParallel ? ids : null), {
    seed,
    resamples,
  });
  return { columns, drawn, of: (f: number) => new FeatureResamples(columns, drawn, f) };
};
const planted = plantedLayer([feature(4, 0.6, 1, { 2: 3 })], { units: 15, seed: 3 });

describe("unitResamples", () => {
  test("every resample has as many units as there are, of every language where they are drawn apart", () => {
    for (const isParallel of [true, false]) {
      const { drawn } = resample(planted, { isParallel });
      let start = 0;
      for (const end of drawn.units.sampleEnds) {
        for (let b = 0; b < drawn.resamples; b++) {
          let count = 0;
          for (let unit = start; unit < end; unit++)
            count += drawn.counts[unit * 200 + b] as number;
          expect(count).toBe(15);
        }
        start = end;
      }
      expect(start).toBe(isParallel ? 15 : 60);
    }
  });

  test("resamples hang on the seed alone, the first ones not on how many are drawn", () => {
    const countsOf = (options: { seed?: number; resamples?: number }) => {
      const { drawn } = resample(planted, options);
      return (b: number) =>
        Array.from({ length: 15 }, (_, unit) => drawn.counts[unit * drawn.resamples + b]);
    };
    expect(countsOf({ resamples: 5 })(4)).toEqual(countsOf({ resamples: 9 })(4));
    expect(countsOf({ seed: 2 })(4)).not.toEqual(countsOf({ seed: 3 })(4));
    expect(() => resample(planted, { resamples: 0.5 })).toThrow("found 0.5 resamples");
  });
});

describe("FeatureResamples", () => {
  test.each([
    [true, "token"],
    [false, "token"],
    [true, "text"],
  ] as const)(
    "errors are those of the resampled texts, in standard errors (parallel %s, pool %s)",
    (isParallel, pool) => {
      const { columns, drawn, of } = resample(planted, { isParallel, pool });
      const own = of(0);
      const g = [1, 0, -0.25, -0.75];
      const contrast = own.contrast(g);
      const x = new Float64Array(60);
      for (let at = 0; at < columns.row.length; at++) {
        const row = columns.row[at] as number;
        x[row] = (columns.sum[at] as number) / (columns.divisor[row] as number);
      }
      const rows = [...x.keys()];
      const meanOf = (l: number, times: (row: number) => number) => {
        const mine = rows.filter((row) => columns.languageOf[row] === l);
        return (
          mine.reduce((s, row) => s + times(row) * (x[row] as number), 0) /
          mine.reduce((s, row) => s + times(row) * (columns.weight[row] as number), 0)
        );
      };
      const contrastOf = (times: (row: number) => number) =>
        g.reduce((s, each, l) => s + each * meanOf(l, times), 0);
      const totalOf = (l: number) =>
        rows.reduce(
          (s, row) => s + (columns.languageOf[row] === l ? (columns.weight[row] as number) : 0),
          0,
        );
      const influence = rows.map((row) => {
        const l = columns.languageOf[row] as number;
        const residual = (x[row] as number) - meanOf(l, () => 1) * (columns.weight[row] as number);
        return ((g[l] as number) * residual) / totalOf(l);
      });
      const samples = isParallel
        ? [rows]
        : [0, 1, 2, 3].map((l) => rows.filter((row) => columns.languageOf[row] === l));
      const errorOf = (times: (row: number) => number) => {
        let variance = 0;
        for (const sample of samples) {
          const units = Array.from({ length: 15 }, (_, unit) => {
            const mine = sample.filter((row) => row % 15 === unit);
            return {
              times: times(mine[0] as number),
              u: mine.reduce((s, row) => s + (influence[row] as number), 0),
            };
          });
          const mean = units.reduce((s, unit) => s + unit.times * unit.u, 0) / 15;
          variance +=
            (15 / 14) * units.reduce((s, unit) => s + unit.times * (unit.u - mean) ** 2, 0);
        }
        return Math.sqrt(variance);
      };
      expect(contrast.value).toBeCloseTo(
        contrastOf(() => 1),
        12,
      );
      expect(contrast.standardError).toBeCloseTo(
        errorOf(() => 1),
        12,
      );
      for (const b of [0, 17, 199]) {
        const times = (row: number) =>
          drawn.counts[(drawn.units.unitOf[row] as number) * 200 + b] as number;
        expect(contrast.studentised[b]).toBeCloseTo(
          (contrastOf(times) - contrast.value) / errorOf(times),
          8,
        );
      }
    },
  );

  test("what translations share is no error of a difference, but where texts are drawn apart", () => {
    const layer = plantedLayer([{ ...feature(3, 1, 1), own: 0, shared: 1 }], {
      units: 40,
      seed: 2,
    });
    const errorOf = (isParallel: boolean) =>
      resample(layer, { isParallel }).of(0).difference(0, 1).standardError;
    expect(errorOf(true)).toBeLessThan(0.3 * errorOf(false));
  });

  test("v is that of the means, and all languages' add up to zero", () => {
    const own = resample(planted).of(0);
    const v = [0, 1, 2, 3].map((l) => own.v(l).value);
    expect(v.reduce((a, b) => a + b)).toBeCloseTo(0, 12);
    expect(v[2]).toBeGreaterThan(1);
  });
});
