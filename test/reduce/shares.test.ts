import { expect, it } from "vitest";
import { Bootstrap } from "../../src/reduce/bootstrap.js";
import { shareDifference, shareEstimate } from "../../src/reduce/shares.js";

const TEXTS = 40;
const bootstrap = new Bootstrap(TEXTS, 0);
const ones = new Float64Array(TEXTS).fill(1);
const unitOf = Array.from({ length: TEXTS }, (_, at) => at);
const sampled = (isOne: (at: number) => boolean) => {
  const values = unitOf.map((at) => Number(isOne(at)));
  return {
    value: values.reduce((sum, each) => sum + each, 0) / TEXTS,
    samples: bootstrap.ratios(values, ones, unitOf),
  };
};
const none = sampled(() => false);
const all = sampled(() => true);
const COUNTS = { texts: TEXTS, units: TEXTS };
const intervalOf = (share: ReturnType<typeof sampled>) => {
  const { interval } = shareEstimate(share, COUNTS);
  if (interval === null) throw new Error("no interval");
  return interval;
};

it("none or all of some units leave the share unsure, as Wilson's interval has it", () => {
  // scipy.stats.binomtest(0, 40).proportion_ci(method="wilson") is [0, 0.0876200…].
  expect(intervalOf(none).lo).toBe(0);
  expect(intervalOf(none).hi).toBeCloseTo(0.08762, 4);
  expect(intervalOf(all).lo).toBeCloseTo(1 - 0.08762, 4);
  expect(intervalOf(all).hi).toBe(1);
  expect(shareEstimate(none, { texts: 40, units: 4 }).interval?.hi).toBeGreaterThan(0.4);
});

it("more successes never make both ends lower", () => {
  let last = { lo: -1, hi: 0 };
  for (let successes = 0; successes <= TEXTS; successes++) {
    const interval = intervalOf(sampled((at) => at < successes));
    // Resamples make the number of independent texts a little unsure.
    expect(interval.lo).toBeGreaterThanOrEqual(last.lo - 0.01);
    expect(interval.hi).toBeGreaterThanOrEqual(last.hi - 0.01);
    last = interval;
  }
});

it("texts that hang together count as fewer", () => {
  const values = unitOf.map((at) => Number(at % 4 < 2));
  const inFours = unitOf.map((at) => Math.floor(at / 2));
  const clustered = {
    value: 0.5,
    samples: new Bootstrap(20, 0).ratios(values, ones, inFours),
  };
  const { interval } = shareEstimate(clustered, { texts: TEXTS, units: 20 });
  const alone = intervalOf(sampled((at) => at % 2 === 0));
  expect((interval?.hi ?? 0) - (interval?.lo ?? 0)).toBeGreaterThan(1.2 * (alone.hi - alone.lo));
});

it("a difference is paired, and excludes 0 where all texts changed", () => {
  const whole = shareDifference(all, none, COUNTS);
  expect(whole.value).toBe(1);
  expect(whole.interval?.lo).toBeCloseTo(1 - Math.SQRT2 * 0.08762, 4);
  expect(whole.interval?.hi).toBe(1);
  const most = shareDifference(
    sampled((at) => at > 1),
    none,
    COUNTS,
  );
  expect(most.interval?.lo).toBeLessThan(whole.interval?.lo ?? 0);
  const some = sampled((at) => at % 4 === 0);
  const same = shareDifference(some, some, COUNTS);
  expect(same.value).toBe(0);
  expect(Math.abs(same.interval?.lo ?? 1)).toBeLessThan(0.05);
});

it("one unit tells nothing", () => {
  expect(shareEstimate(none, { texts: 5, units: 1 }).interval).toBeNull();
  expect(shareDifference(none, none, { texts: 5, units: 1 }).interval).toBeNull();
});
