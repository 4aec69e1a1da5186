import { expect, it } from "vitest";
import { featureColumns } from "../../src/reduce/feature-columns.js";
import { CURVE_SHARES, learningCurve } from "../../src/reduce/learning-curve.js";
import { textUnits } from "../../src/reduce/text-units.js";
import { feature, plantedLayer } from "../fixtures/planted-layer.js";

const K = 3;
const S = CURVE_SHARES.length;
const OWN = [0, 1, 2, 3, 4].map((at) => feature(K, 0.9, 1, { 1: 8 - at }));
const NULLS = Array.from({ length: 100 }, () => feature(K, 0.3, 1));

function curveOf(isParallel: boolean) {
  const layer = plantedLayer([...OWN, ...NULLS], { units: 160, seed: 2, isParallel });
  const columns = featureColumns(layer.languages, "token");
  const units = textUnits(columns, isParallel ? layer.ids : null);
  return learningCurve(columns, units, { topK: 5, draws: 6, seed: 0 });
}
const row = (table: Float64Array, k: number) => [...table.subarray(k * S, (k + 1) * S)];

it.each([true, false])(
  "with more texts a language's own features are found again (parallel: %s)",
  (isParallel) => {
    const curve = curveOf(isParallel);
    const own = row(curve.jaccard, 1);
    expect(own.at(-1)).toBe(1);
    expect(own[0]).toBeLessThanOrEqual(own.at(-1) as number);
    // Of a language without any, two samples hardly agree.
    expect(row(curve.jaccard, 0).at(-1)).toBeLessThan(0.4);
    expect(row(curve.overlap, 1).at(-1)).toBeGreaterThan(row(curve.overlap, 0).at(-1) as number);
  },
);

it("what ranks first by chance has less v on other texts, the more so the fewer they are", () => {
  const curve = curveOf(true);
  const [inSample, outOfSample] = [row(curve.inSample, 0), row(curve.outOfSample, 0)];
  for (let s = 0; s < S; s++) expect(inSample[s]).toBeGreaterThan((outOfSample[s] as number) + 0.1);
  expect(inSample[0]).toBeGreaterThan(inSample.at(-1) as number);
  const real = [row(curve.inSample, 1).at(-1), row(curve.outOfSample, 1).at(-1)] as number[];
  expect(Math.abs((real[0] as number) / (real[1] as number) - 1)).toBeLessThan(0.15);
});

it("samples too small for a text of every language tell nothing", () => {
  const layer = plantedLayer(OWN, { units: 4, seed: 1 });
  const columns = featureColumns(layer.languages, "token");
  const curve = learningCurve(columns, textUnits(columns, layer.ids), {
    topK: 5,
    draws: 3,
    seed: 0,
  });
  expect(curve.jaccard[0]).toBeNaN();
  expect(curve.jaccard[S - 1]).toBeGreaterThan(0);
});
