import { describe, expect, test } from "vitest";
import { falseDiscoveryQ } from "../../src/reduce/false-discovery.js";
import { familyWiseP } from "../../src/reduce/family-wise.js";
import {
  type FeatureColumns,
  featureColumns,
  featureMeans,
  languageWeights,
} from "../../src/reduce/feature-columns.js";
import { FeatureResamples } from "../../src/reduce/feature-resamples.js";
import { labelPermutations } from "../../src/reduce/label-permutations.js";
import { languageLabel } from "../../src/reduce/language-label.js";
import { permutationTest } from "../../src/reduce/permutation-test.js";
import { halfOfUnits, textUnits } from "../../src/reduce/text-units.js";
import { unitResamples } from "../../src/reduce/unit-resamples.js";
import { vScores } from "../../src/reduce/v-score.js";
import { keepRows } from "../fixtures/keep-rows.js";
import {
  feature,
  type PlantedFeature,
  type PlantedLayer,
  plantedLayer,
} from "../fixtures/planted-layer.js";

const K = 6;
const columnsOf = ({ languages }: PlantedLayer) => featureColumns(languages, "token");

function testOf(layer: PlantedLayer, isParallel: boolean, permutations: number) {
  const columns = columnsOf(layer);
  const units = textUnits(columns, isParallel ? layer.ids : null);
  const drawn = labelPermutations(columns, units, { seed: 3, permutations });
  const result = permutationTest(columns, drawn);
  return { ...result, familyWise: familyWiseP(result.statistic, result.maxima) };
}

describe("what was planted", () => {
  const own = [0, 1, 2, 3, 4, 5].flatMap((l) => [
    feature(K, 0.9, 0.2, { [l]: 1 }),
    feature(K, 0.4, 0, { [l]: 50 }),
  ]);
  const pairs = [1, 2, 3].map((l) => feature(K, 0.9, 0.01, { 0: 0.06, [l]: 0.06 }));
  const shared = [0.1, 5, 300].map((size) => feature(K, 1, size));
  const nulls = [1, 0.5, 0.2, 0.05, 0.02].flatMap((firing) =>
    [0.03, 1, 40].map((size) => feature(K, firing, size)),
  );
  const silent = [feature(K, 0, 1)];
  const features = [...own, ...pairs, ...shared, ...nulls, ...silent];

  test.each([true, false])(
    "is found, and nothing else is, family-wise and by q (parallel %s)",
    (isParallel) => {
      const layer = plantedLayer(features, { units: 80, seed: 21, isParallel });
      const result = testOf(layer, isParallel, 999);
      expect(features.length - result.feature.length).toBe(silent.length);
      const expected = [
        ...own.map((_, f) => [f, Math.floor(f / 2)]),
        ...pairs.flatMap((_, at) => [0, at + 1].map((l) => [own.length + at, l])),
      ];
      for (const p of [result.familyWise, falseDiscoveryQ(result.p)]) {
        const found = [...p.keys()]
          .filter((at) => (p[at] as number) <= 0.05)
          .map((at) => [result.feature[Math.floor(at / K)] as number, at % K]);
        expect(found).toEqual(expected);
      }
    },
  );

  test("is labelled with its languages, and the rest with none", () => {
    const layer = plantedLayer(features, { units: 80, seed: 22 });
    const columns = columnsOf(layer);
    const drawn = unitResamples(columns, textUnits(columns, layer.ids), {
      seed: 1,
      resamples: 500,
    });
    const labels = features.map((_, f) =>
      languageLabel(new FeatureResamples(columns, drawn, f))?.languages.toSorted(),
    );
    expect(labels.slice(0, own.length)).toEqual(own.map((_, f) => [Math.floor(f / 2)]));
    expect(labels.slice(own.length, own.length + pairs.length)).toEqual(
      pairs.map((_, at) => [0, at + 1]),
    );
    expect(labels.slice(own.length + pairs.length).every((each) => each === undefined)).toBe(true);
  });
});

describe("chance", () => {
  test.each([true, false])(
    "finds a null family-wise in at most 6 of 100 data sets (parallel %s)",
    (isParallel) => {
      const nulls = [1, 0.5, 0.2, 0.06].flatMap((firing) =>
        [1, 20].map((size) => feature(4, firing, size)),
      );
      let found = 0;
      for (let set = 0; set < 400; set++) {
        const layer = plantedLayer(nulls, { units: 20, seed: 1000 + set, isParallel });
        if (testOf(layer, isParallel, 99).familyWise.some((p) => p <= 0.05)) found += 1;
      }
      expect(found / 400).toBeLessThanOrEqual(0.06);
      expect(found / 400).toBeGreaterThan(0.02);
    },
  );

  test("makes v of what ranks first too large on the texts that ranked it, and not on the others", () => {
    const nulls: PlantedFeature[] = Array.from({ length: 60 }, () => feature(4, 0.4, 1));
    const scoresOf = (columns: FeatureColumns) => {
      const weights = languageWeights(columns);
      const means = nulls.map((_, f) => featureMeans(columns, f, weights));
      return vScores(
        [0, 1, 2, 3].map((l) => Float64Array.from(means, (own) => own[l] as number)),
      )[0] as Float64Array;
    };
    const [ranked, held]: [number[], number[]] = [[], []];
    for (let set = 0; set < 60; set++) {
      const layer = plantedLayer(nulls, { units: 40, seed: 7000 + set });
      const columns = columnsOf(layer);
      const half = halfOfUnits(textUnits(columns, layer.ids), set);
      const first = scoresOf(keepRows(columns, (row) => half[row] as boolean));
      const second = scoresOf(keepRows(columns, (row) => !half[row]));
      const best = first.indexOf(Math.max(...first));
      ranked.push(first[best] as number);
      held.push(second[best] as number);
    }
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const error = Math.sqrt(mean(held.map((v) => (v - mean(held)) ** 2)) / held.length);
    // The truth is 0.
    expect(Math.abs(mean(held))).toBeLessThan(2.5 * error);
    expect(mean(ranked)).toBeGreaterThan(10 * error);
  });
});
