import fc from "fast-check";
import { expect, test } from "vitest";
import { type Layer, WORK } from "../../src/evidence/layer-work.js";
import { featureColumns } from "../../src/reduce/feature-columns.js";
import { labelPermutations } from "../../src/reduce/label-permutations.js";
import { joinTests, type PermutationTest } from "../../src/reduce/permutation-test.js";
import { textUnits } from "../../src/reduce/text-units.js";
import { unitResamples } from "../../src/reduce/unit-resamples.js";
import { feature, plantedLayer } from "../fixtures/planted-layer.js";

const FEATURES = 9;
const planted = plantedLayer(
  Array.from({ length: FEATURES }, (_, f) => feature(3, (f % 5) / 5, 1 + f, { [f % 3]: 2 })),
  { units: 12, seed: 3 },
);
const columns = featureColumns(planted.languages, "token");
const units = textUnits(columns, planted.ids);
const layer: Layer = {
  ...{ columns, units },
  resamples: unitResamples(columns, units, { seed: 0, resamples: 60 }),
  labels: labelPermutations(columns, units, { seed: 0, permutations: 70 }),
};

test("numbers of features are the same however the features are cut into ranges", () => {
  const whole = WORK.effects(layer, { from: 0, to: FEATURES });
  const cuts = fc.uniqueArray(fc.integer({ min: 1, max: FEATURES - 1 }), { maxLength: 4 });
  fc.assert(
    fc.property(cuts, (inside) => {
      const ends = [...inside.toSorted((a, b) => a - b), FEATURES];
      const parts = ends.map((to, at) => WORK.effects(layer, { from: ends[at - 1] ?? 0, to }));
      expect(joinTests(parts.map(({ test }) => test as PermutationTest))).toEqual(whole.test);
      for (const { from, to, auroc, dz } of parts)
        for (let k = 0; k < 3; k++) {
          const own = (all: Float32Array) => all.slice(k * FEATURES + from, k * FEATURES + to);
          expect(auroc.slice(k * (to - from), (k + 1) * (to - from))).toEqual(own(whole.auroc));
          expect(dz.slice(k * (to - from), (k + 1) * (to - from))).toEqual(own(whole.dz));
        }
    }),
    { numRuns: 20 },
  );
});

test("intervals of a candidate are the same whoever is asked for with it", () => {
  const candidates = [2, 7, 2, 4].map((f, at) => ({ feature: f, language: at % 3 }));
  const margins = [true, false, true, true];
  const all = WORK.intervals(layer, { candidates, margins });
  for (const [at, candidate] of candidates.entries()) {
    const alone = WORK.intervals(layer, {
      candidates: [candidate],
      margins: [margins[at] as boolean],
    });
    for (const key of ["lo", "hi", "marginLo", "marginHi", "label"] as const)
      expect(alone[key][0]).toBe(all[key][at]);
  }
});
