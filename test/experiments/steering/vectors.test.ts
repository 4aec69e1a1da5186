import fc from "fast-check";
import { expect, it } from "vitest";
import {
  decodeMeans,
  encodeMeans,
  lengthOf,
  randomVectors,
  steeringVectors,
} from "../../../src/experiments/steering/vectors.js";
import { failureOf } from "../../fixtures/failure.js";

const means = (...values: number[]) => new Map([[2, Float64Array.from(values)]]);

it("a vector leads from the source's mean to the target's", () => {
  expect([...(steeringVectors(means(3, 1), means(1, 2), false).get(2) ?? [])]).toEqual([2, -1]);
});

it("of length 1 it has the same direction, and languages with one mean have none", () => {
  const unit = steeringVectors(means(3, 0, 4), means(0, 0, 0), true).get(2) ?? [];
  expect(lengthOf(unit)).toBeCloseTo(1, 6);
  expect(unit[0]).toBeCloseTo(0.6, 6);
  expect(failureOf(() => steeringVectors(means(1), means(1), true)).message).toMatch(/same mean/);
});

it("random vectors are as long, and the same for a seed", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 4, maxLength: 40 }),
      fc.nat(1000),
      (values, seed) => {
        const bank = new Map([[1, Float32Array.from(values)]]);
        const drawn = randomVectors(bank, seed).get(1) ?? [];
        expect(lengthOf(drawn)).toBeCloseTo(lengthOf(values), 3);
        expect(randomVectors(bank, seed).get(1)).toEqual(drawn);
      },
    ),
  );
});

it("means come back to the last bit", () => {
  const own = means(1 / 3, -2e-9);
  expect(decodeMeans(encodeMeans(own), [2], 2)).toEqual(own);
});
