import { describe, expect, test } from "vitest";
import { featureColumns } from "../../src/reduce/feature-columns.js";
import { labelPermutations } from "../../src/reduce/label-permutations.js";
import { joinTests, permutationTest } from "../../src/reduce/permutation-test.js";
import { textUnits } from "../../src/reduce/text-units.js";
import { keepRows } from "../fixtures/keep-rows.js";
import { labelsOf } from "../fixtures/permuted-labels.js";
import {
  feature,
  languageTexts,
  type PlantedFeature,
  type PlantedLayer,
  plantedLayer,
} from "../fixtures/planted-layer.js";

const prepare = (
  { languages, ids }: PlantedLayer,
  { isParallel = true, seed = 1, permutations = 199, pool = "token" as "token" | "text" } = {},
) => {
  const columns = featureColumns(languages, pool);
  const units = textUnits(columns, isParallel ? ids : null);
  return { columns, drawn: labelPermutations(columns, units, { seed, permutations }) };
};
const run = (layer: PlantedLayer, options: Parameters<typeof prepare>[1] = {}) => {
  const { columns, drawn } = prepare(layer, options);
  return permutationTest(columns, drawn);
};

const mixed: PlantedFeature[] = [
  feature(4, 0.8, 1, { 2: 3 }),
  feature(4, 0.3, 5),
  feature(4, 0, 1),
  feature(4, 0.04, 2),
  feature(4, 1, 1, { 0: 1.2, 1: 1.2 }),
];

describe("permutationTest", () => {
  test.each([
    [true, "token"],
    [false, "token"],
    [true, "text"],
  ] as const)(
    "p counts the permutations with as large a t (parallel %s, pool %s)",
    (isParallel, pool) => {
      const layer = plantedLayer(mixed, { units: 25, seed: 4, isParallel });
      const { columns, drawn } = prepare(layer, { isParallel, pool });
      const result = permutationTest(columns, drawn);
      expect([...result.feature]).toEqual([0, 1, 3, 4]);
      const k = 4;
      const scaleOf = (row: number) => drawn.scale[columns.languageOf[row] as number] as number;
      /** v by definition, given every cell's label. */
      const scores = (f: number, labels: ArrayLike<number>) => {
        const [sums, weights] = [new Float64Array(k), new Float64Array(k)];
        for (let row = 0; row < columns.weight.length; row++) {
          const l = labels[drawn.cellOf[row] as number] as number;
          weights[l] = (weights[l] as number) + (columns.weight[row] as number) * scaleOf(row);
        }
        for (let at = columns.start[f] as number; at < (columns.start[f + 1] as number); at++) {
          const row = columns.row[at] as number;
          const l = labels[drawn.cellOf[row] as number] as number;
          const x = (columns.sum[at] as number) / (columns.divisor[row] as number);
          sums[l] = (sums[l] as number) + x * scaleOf(row);
        }
        const means = [...sums].map((sum, l) => sum / (weights[l] as number));
        return means.map(
          (own, l) =>
            own - means.reduce((s, each, other) => s + (other === l ? 0 : each), 0) / (k - 1),
        );
      };
      const maxima = new Float64Array(199).fill(Number.NEGATIVE_INFINITY);
      for (const [at, f] of result.feature.entries()) {
        const observed = scores(f, drawn.labelOf);
        const permuted = labelsOf(drawn).map((labels) => scores(f, labels));
        for (let l = 0; l < k; l++) {
          const v = observed[l] as number;
          const t = result.statistic[at * k + l] as number;
          const sigma = v / t;
          const reached = permuted.filter((each) => (each[l] as number) >= v - 1e-9 * sigma).length;
          expect(result.p[at * k + l]).toBe((1 + reached) / 200);
          for (const [b, each] of permuted.entries())
            maxima[b] = Math.max(maxima[b] as number, (each[l] as number) / sigma);
        }
      }
      for (const [b, maximum] of result.maxima.entries())
        expect(maximum).toBeCloseTo(maxima[b] as number, 8);
    },
  );

  test("parts of a layer, joined, are the test of the layer", () => {
    const { columns, drawn } = prepare(plantedLayer(mixed, { units: 20, seed: 2 }));
    const whole = permutationTest(columns, drawn);
    for (let cut = 0; cut <= mixed.length; cut++)
      expect(
        joinTests([permutationTest(columns, drawn, 0, cut), permutationTest(columns, drawn, cut)]),
      ).toEqual(whole);
    expect(() => joinTests([])).toThrow("no tests to join");
    expect(() => permutationTest(columns, drawn, 3, 6)).toThrow("expected them within 5");
  });

  test("a feature that fires on one text has a bounded t, and p of one in K", () => {
    const languages = Array.from({ length: 5 }, (_, k) =>
      languageTexts(
        Array.from({ length: 30 }, (_, t) => (k === 0 && t === 7 ? [[0, 1e6, 1]] : [])),
        new Uint32Array(30).fill(12),
        1,
      ),
    );
    const ids = languages.map(({ counted }) => [...counted.keys()]);
    const result = run({ languages, ids }, { permutations: 2000 });
    expect(result.statistic[0]).toBeLessThan(Math.sqrt(5));
    expect(result.p[0]).toBeCloseTo(1 / 5, 1);
    // Lowest possible of the four equal t of the others: they come whenever the text is not theirs, or in all permutations.
    for (const p of result.p.subarray(1)) expect(p).toBe(1);
  });

  test("what no exchange of labels can change has t = 0 and p = 1", () => {
    const counted = Uint32Array.of(10, 20, 30);
    const languages = [0, 1].map((k) =>
      languageTexts(
        [[[0, 1, 1], ...(k === 0 ? ([[1, 50, 4]] as const) : [])], [[0, 2, 1]], [[0, 3, 1]]],
        counted,
        2,
      ),
    );
    // Translations share the last two units alone; feature 1 fires in a text that has none.
    const result = run({
      languages,
      ids: [
        [0, 1, 2],
        [9, 1, 2],
      ],
    });
    expect([...result.statistic.subarray(0, 2)]).toEqual([0, 0]);
    expect([...result.p.subarray(0, 2)]).toEqual([1, 1]);
  });

  test("the same permutations are used for every layer and half", () => {
    const layer = plantedLayer(mixed, { units: 20, seed: 2 });
    const other = plantedLayer(mixed.toReversed(), { units: 20, seed: 2 });
    expect(labelsOf(prepare(layer).drawn)).toEqual(labelsOf(prepare(other).drawn));
  });

  test("rows that are left out are no part of the test", () => {
    const layer = plantedLayer(mixed, { units: 24, seed: 6 });
    const half = plantedLayer(mixed, { units: 12, seed: 6 });
    const columns = keepRows(featureColumns(layer.languages, "token"), (row) => row % 24 < 12);
    const units = textUnits(columns, layer.ids);
    const drawn = labelPermutations(columns, units, { seed: 1, permutations: 199 });
    expect(permutationTest(columns, drawn)).toEqual(run(half));
  });

  test("permutations of half of the texts are refused for all of them", () => {
    const { columns } = prepare(plantedLayer(mixed, { units: 20, seed: 2 }));
    const half = keepRows(columns, (row) => row % 2 === 0);
    const units = textUnits(half, null);
    const drawn = labelPermutations(half, units, { seed: 1, permutations: 9 });
    expect(() => permutationTest(columns, drawn)).toThrow("no label to permute");
    expect(() => labelPermutations(columns, units, { seed: 1, permutations: 9 })).toThrow(
      "is of unit -1: the units are those of other columns",
    );
  });

  test("scaling all activations of a feature changes neither t nor p", () => {
    const layer = plantedLayer(mixed, { units: 20, seed: 3 });
    const scaled = layer.languages.map(({ sums, counted }) => ({
      counted,
      sums: { ...sums, sum: sums.sum.map((each) => each * 1024) },
    }));
    expect(run({ ...layer, languages: scaled })).toEqual(run(layer));
  });
});
