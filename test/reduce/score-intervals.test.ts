import { describe, expect, test } from "vitest";
import { featureColumns } from "../../src/reduce/feature-columns.js";
import { marginOf, scoreIntervals } from "../../src/reduce/score-intervals.js";
import { halfOfUnits, textUnits } from "../../src/reduce/text-units.js";
import { unitResamples } from "../../src/reduce/unit-resamples.js";
import { vScores } from "../../src/reduce/v-score.js";
import { keepRows } from "../fixtures/keep-rows.js";
import { feature, type PlantedLayer, plantedLayer, trueV } from "../fixtures/planted-layer.js";

const features = [
  feature(5, 0.7, 1, { 3: 4 }),
  feature(5, 0.7, 1),
  feature(5, 0.7, 1, { 1: 3, 2: 3 }),
];
const planted = plantedLayer(features, { units: 120, seed: 12 });
const estimate = (
  { languages, ids }: PlantedLayer,
  candidates: Parameters<typeof scoreIntervals>[2],
  isParallel = true,
) => {
  const columns = featureColumns(languages, "token");
  const units = textUnits(columns, isParallel ? ids : null);
  return scoreIntervals(columns, unitResamples(columns, units, { seed: 1 }), candidates);
};
const all = features.flatMap((_, f) =>
  [0, 1, 2, 3, 4].map((language) => ({ feature: f, language })),
);

describe("scoreIntervals", () => {
  test.each([true, false])("v and margin lie in their intervals (parallel %s)", (isParallel) => {
    for (const each of estimate(planted, all, isParallel)) {
      expect(each.vInterval?.lo).toBeLessThan(each.v);
      expect(each.vInterval?.hi).toBeGreaterThan(each.v);
      expect(each.marginInterval?.lo).toBeLessThan(each.margin);
      expect(each.marginInterval?.hi).toBeGreaterThanOrEqual(each.margin);
    }
  });

  test("intervals tell a language's feature from one of all languages, and a margin from none", () => {
    const [own, shared, one] = estimate(planted, [
      { feature: 0, language: 3 },
      { feature: 1, language: 3 },
      { feature: 2, language: 1 },
    ]);
    expect(own?.firingTexts).toBe(planted.languages[3]?.sums.feature.filter((f) => f === 0).length);
    expect(own?.vInterval?.lo).toBeGreaterThan(1);
    expect(own?.marginInterval?.lo).toBeGreaterThan(1);
    expect(shared?.vInterval?.lo).toBeLessThan(0);
    expect(one?.vInterval?.lo).toBeGreaterThan(0.5);
    expect(one?.runnerUp).toBe(2);
    expect(one?.marginInterval?.lo).toBeLessThan(0);
    expect(own?.vInterval?.lo).toBeLessThan(trueV(features[0] as (typeof features)[0], 3));
  });

  test("an estimate does not hang on the other candidates", () => {
    const candidate = { feature: 0, language: 3 };
    const [alone] = estimate(planted, [candidate]);
    expect(estimate(planted, [...all, candidate]).at(-1)).toEqual(alone);
  });

  test("a scaled feature has scaled intervals", () => {
    const scaled = planted.languages.map(({ sums, counted }) => ({
      counted,
      sums: { ...sums, sum: sums.sum.map((each) => 8 * each) },
    }));
    const [one] = estimate(planted, [{ feature: 0, language: 3 }]);
    const [other] = estimate({ ...planted, languages: scaled }, [{ feature: 0, language: 3 }]);
    expect(other?.v).toBe(8 * (one?.v as number));
    expect(other?.vInterval?.hi).toBe(8 * (one?.vInterval?.hi as number));
    expect(other?.marginInterval?.lo).toBe(8 * (one?.marginInterval?.lo as number));
  });

  test("the held-out half has scores of its own, of its texts alone", () => {
    const columns = featureColumns(planted.languages, "token");
    const half = halfOfUnits(textUnits(columns, planted.ids), 7);
    const held = keepRows(columns, (row) => !half[row]);
    const units = textUnits(held, planted.ids);
    expect(units.units).toBe(60);
    const drawn = unitResamples(held, units, { seed: 1 });
    const [own] = scoreIntervals(held, drawn, [{ feature: 0, language: 3 }]);
    expect(own?.vInterval?.lo).toBeGreaterThan(1);
    const means = planted.languages.map(({ sums, counted }, k) => {
      let [x, n] = [0, 0];
      for (let t = 0; t < 120; t++) {
        if (half[k * 120 + t]) continue;
        n += counted[t] as number;
        for (let at = sums.indptr[t] as number; at < (sums.indptr[t + 1] as number); at++)
          if (sums.feature[at] === 0) x += sums.sum[at] as number;
      }
      return Float64Array.of(x / n);
    });
    expect(own?.v).toBe(vScores(means)[3]?.[0]);
  });

  test("a language that there is not is refused", () => {
    expect(() => estimate(planted, [{ feature: 0, language: 5 }])).toThrow("found language 5");
    expect(() => estimate(planted, [{ feature: 3, language: 0 }])).toThrow("found feature 3");
  });
});

test("the runner-up is the best of the others, the first of equals", () => {
  expect(marginOf([3, 1, 2, 2], 0)).toEqual({ runnerUp: 2, margin: 1 });
  expect(marginOf([1, 1, 4], 1)).toEqual({ runnerUp: 2, margin: -3 });
  expect(marginOf([0, 0], 0)).toEqual({ runnerUp: 1, margin: 0 });
});
