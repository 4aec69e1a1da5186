import { describe, expect, test } from "vitest";
import { featureColumns } from "../../src/reduce/feature-columns.js";
import { labelPermutations } from "../../src/reduce/label-permutations.js";
import { NullScale } from "../../src/reduce/null-scale.js";
import { textUnits } from "../../src/reduce/text-units.js";
import { labelsOf } from "../fixtures/permuted-labels.js";
import { languageTexts, type PlantedLayer, plantedLayer } from "../fixtures/planted-layer.js";

/** σ0 of feature 0, and the standard deviation of its v over drawn permutations. */
function scales({ languages, ids }: PlantedLayer, isParallel: boolean, permutations = 4000) {
  const columns = featureColumns(languages, "token");
  const units = textUnits(columns, isParallel ? ids : null);
  const drawn = labelPermutations(columns, units, { seed: 3, permutations });
  const x = new Float64Array(drawn.labelOf.length);
  for (let at = 0; at < (columns.start[1] as number); at++)
    x[drawn.cellOf[columns.row[at] as number] as number] =
      (columns.sum[at] as number) *
      (drawn.scale[columns.languageOf[columns.row[at] as number] as number] as number);
  const { sigma, mean } = new NullScale(drawn).of({ cell: Uint32Array.from(x.keys()), x });
  const k = languages.length;
  const v = labelsOf(drawn).map((labels, b) => {
    const means = languages.map((_, l) => {
      const sum = labels.reduce((s, label, c) => s + (label === l ? (x[c] as number) : 0), 0);
      return sum / (drawn.weights[b * k + l] as number);
    });
    const total = means.reduce((a, each) => a + each, 0);
    return means.map((own) => own - (total - own) / (k - 1));
  });
  const meanOf = (l: number) => v.reduce((sum, each) => sum + (each[l] as number), 0) / v.length;
  const total = mean.reduce((a, each) => a + each, 0);
  const deviations = languages.map((_, l) => {
    const own = v.map((each) => each[l] as number);
    const mean = own.reduce((a, each) => a + each, 0) / own.length;
    return Math.sqrt(own.reduce((a, each) => a + (each - mean) ** 2, 0) / own.length);
  });
  return {
    ...{ sigma: [...sigma], deviations, drawnMeans: languages.map((_, l) => meanOf(l)) },
    means: [...mean].map((own) => own - (total - own) / (k - 1)),
  };
}

const without = (layer: PlantedLayer, isMissing: (language: number, text: number) => boolean) => ({
  ids: layer.ids,
  languages: layer.languages.map(({ sums, counted }, k) => {
    const texts = [...counted.keys()].map((t) => {
      const [from, to] = [sums.indptr[t] as number, sums.indptr[t + 1] as number];
      if (isMissing(k, t)) return [];
      return [...sums.feature.subarray(from, to)].map(
        (f, i) => [f, sums.sum[from + i] as number, sums.active[from + i] as number] as const,
      );
    });
    const kept = counted.map((n, t) => (isMissing(k, t) ? 0 : n));
    return languageTexts(texts, kept, sums.features);
  }),
});

describe("NullScale", () => {
  test("its mean is that of v over permutations, also where a language has units that others lack", () => {
    const layer = plantedLayer([{ sizes: [6, 1, 1], firing: 0.9 }], { units: 40, seed: 5 });
    const missing = without(layer, (language, text) => language > 0 && text > 12);
    const { means, drawnMeans, sigma } = scales(missing, true);
    expect(means[0]).toBeGreaterThan(1);
    for (const [l, mean] of means.entries())
      expect(Math.abs(mean - (drawnMeans[l] as number))).toBeLessThan((sigma[l] as number) / 10);
    const whole = scales(layer, true);
    for (const mean of whole.means) expect(Math.abs(mean)).toBeLessThan(1e-9);
  });

  const planted = (firing: number, special: number, isParallel = true) =>
    plantedLayer([{ sizes: [special, 1, 1, 1, 2], firing }], { units: 60, seed: 8, isParallel });

  test.each([
    ["fires often", 0.9, 1],
    ["fires seldom", 0.05, 1],
    ["tells a language apart", 0.5, 12],
  ])("is the spread of v over permutations, for a feature that %s", (_, firing, special) => {
    for (const isParallel of [true, false]) {
      const { sigma, deviations } = scales(planted(firing, special, isParallel), isParallel);
      for (const [l, deviation] of deviations.entries())
        expect((sigma[l] as number) / deviation).toBeCloseTo(1, 1);
    }
  });

  test("is it too where languages lack texts", () => {
    const layer = without(
      planted(0.6, 3),
      (k, t) => (k === 0 && t > 25) || (k === 1 && t % 4 === 0),
    );
    for (const isParallel of [true, false]) {
      const { sigma, deviations } = scales(layer, isParallel);
      for (const [l, deviation] of deviations.entries())
        expect((sigma[l] as number) / deviation).toBeCloseTo(1, 1);
      expect(sigma[0]).toBeGreaterThan(1.1 * (sigma[2] as number));
    }
  });

  test("is exact where all texts are of one length", () => {
    const texts = [
      [[[0, 6, 1]], [], []],
      [[[0, 1, 1]], [[0, 2, 1]], []],
      [[], [[0, 5, 1]], [[0, 3, 1]]],
    ] as const;
    const languages = texts.map((each) =>
      languageTexts(
        each.map((text) => [...text]),
        new Uint32Array(3).fill(10),
        1,
      ),
    );
    // By hand: within-unit variances of x are 31/3, 19/3 and 3; v is a sum over units of 1.5 (x − x̄) / 30.
    const { sigma } = scales({ languages, ids: [0, 1, 2].map(() => [0, 1, 2]) }, true, 10);
    for (const each of sigma)
      expect(each).toBeCloseTo(Math.sqrt((1.5 ** 2 / 900) * (2 / 3) * (31 / 3 + 19 / 3 + 3)), 12);
  });

  test("is 0 for what is proportional to the tokens everywhere", () => {
    const languages = [0, 1, 2].map((k) => {
      const counted = Uint32Array.from({ length: 40 }, (_, t) => 5 + ((t * 7 + k) % 11));
      return languageTexts(
        Array.from(counted, (n) => [[0, 0.1 * n, n]]),
        counted,
        1,
      );
    });
    const ids = languages.map(({ counted }) => [...counted.keys()]);
    expect(scales({ languages, ids }, true, 10).sigma).toEqual([0, 0, 0]);
  });
});
