import { expect, it } from "vitest";
import { Bootstrap } from "../../src/reduce/bootstrap.js";
import { shareDifference, shareEstimate } from "../../src/reduce/shares.js";

const UNITS = 40;
const bootstrap = new Bootstrap(UNITS, 0);
const ones = new Float64Array(UNITS).fill(1);
const unitOf = Array.from({ length: UNITS }, (_, at) => at);
const sampled = (isOne: (at: number) => boolean) => {
  const values = unitOf.map((at) => Number(isOne(at)));
  return {
    value: values.reduce((sum, each) => sum + each, 0) / UNITS,
    samples: bootstrap.ratios(values, ones, unitOf),
  };
};
const none = sampled(() => false);
const all = sampled(() => true);
const some = sampled((at) => at % 4 === 0);

it("none or all of some units leave the share unsure, as Clopper and Pearson have it", () => {
  // scipy.stats.binomtest(0, 40).proportion_ci() is [0, 0.08809…].
  const low = shareEstimate(none, UNITS, UNITS);
  expect(low.value).toBe(0);
  expect(low.interval?.lo).toBe(0);
  expect(low.interval?.hi).toBeCloseTo(0.0880973, 6);
  const high = shareEstimate(all, UNITS, UNITS);
  expect(high.interval?.lo).toBeCloseTo(1 - 0.0880973, 6);
  expect(high.interval?.hi).toBe(1);
  expect(shareEstimate(none, UNITS, 4).interval?.hi).toBeGreaterThan(0.5);
});

it("other shares have the interval of the resamples", () => {
  const { interval } = shareEstimate(some, UNITS, UNITS);
  expect(interval?.lo).toBeGreaterThan(0.05);
  expect(interval?.hi).toBeLessThan(0.5);
});

it("a difference of such shares is as unsure as they are", () => {
  expect(shareDifference(all, none, UNITS, UNITS).value).toBe(1);
  expect(shareDifference(all, none, UNITS, UNITS).interval?.lo).toBeCloseTo(1 - 2 * 0.0880973, 6);
  expect(shareDifference(all, none, UNITS, UNITS).interval?.hi).toBe(1);
  const still = shareDifference(none, none, UNITS, UNITS);
  expect([still.interval?.lo, still.interval?.hi].map((each) => each?.toFixed(4))).toEqual([
    "-0.0881",
    "0.0881",
  ]);
  const same = shareDifference(some, some, UNITS, UNITS);
  expect(same.value).toBe(0);
  expect(same.interval?.lo).toBeLessThan(0);
  expect(shareDifference(some, none, UNITS, UNITS).interval?.lo).toBeGreaterThan(0.05);
});

it("one unit tells nothing", () => {
  expect(shareEstimate(none, 1, 1).interval).toBeNull();
  expect(shareDifference(none, none, 1, 1).interval).toBeNull();
});
