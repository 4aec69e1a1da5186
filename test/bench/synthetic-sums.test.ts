import { expect, test } from "vitest";
import { syntheticSums } from "./synthetic-sums.js";

const ASKED = {
  ...{ languages: 2, texts: 200, layers: 1, features: 2000, l0: 20, tokensPerText: 25, seed: 3 },
};

test("as many features fire on a token as asked, a few of them nearly everywhere and most on few texts", () => {
  const { counted, layers } = syntheticSums(ASKED, 0);
  const sums = layers.get(0);
  if (sums === undefined) throw new Error("no layer");
  const total = (numbers: Uint32Array) => numbers.reduce((sum, n) => sum + n, 0);
  expect(total(counted) / ASKED.texts).toBeCloseTo(25, -1);
  const l0 = total(sums.active) / total(counted);
  expect(l0).toBeGreaterThan(14);
  expect(l0).toBeLessThan(28);
  const texts = new Array<number>(ASKED.features).fill(0);
  for (const f of sums.feature) texts[f] = (texts[f] as number) + 1;
  const rising = texts.toSorted((a, b) => a - b);
  expect(rising.at(-1)).toBeGreaterThan(150);
  expect(rising[1000]).toBeLessThan(30);
});

test("features of a text rise, and none fires on more tokens than there are", () => {
  const { counted, layers } = syntheticSums(ASKED, 1);
  for (const [, { indptr, feature, active }] of layers)
    for (const [t, n] of counted.entries()) {
      const own = feature.subarray(indptr[t], indptr[t + 1]);
      expect([...own]).toEqual([...new Set(own)].sort((a, b) => a - b));
      expect(active.subarray(indptr[t], indptr[t + 1]).every((k) => k >= 1 && k <= n)).toBe(true);
    }
});

test("sums are those of the seed, of each language others", () => {
  expect(syntheticSums(ASKED, 0)).toEqual(syntheticSums(ASKED, 0));
  expect(syntheticSums(ASKED, 0).counted).not.toEqual(syntheticSums(ASKED, 1).counted);
});
