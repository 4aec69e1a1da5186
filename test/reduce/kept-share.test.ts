import { describe, expect, test } from "vitest";
import { type FeatureColumns, featureColumns } from "../../src/reduce/feature-columns.js";
import { areSameUnits, keptShare } from "../../src/reduce/kept-share.js";
import { textUnits } from "../../src/reduce/text-units.js";
import { unitResamples } from "../../src/reduce/unit-resamples.js";
import { keepRows } from "../fixtures/keep-rows.js";
import { feature, plantedLayer } from "../fixtures/planted-layer.js";

const UNITS = 60;

function columnsOf(seed: number, size = 2): { columns: FeatureColumns; ids: number[][] } {
  const { languages, ids } = plantedLayer([feature(3, 0.8, 0.1, { 2: size })], {
    units: UNITS,
    seed,
  });
  return { columns: featureColumns(languages, "token"), ids };
}

function paired(run: FeatureColumns, control: FeatureColumns, ids: number[][]) {
  const drawn = unitResamples(run, textUnits(run, ids), { seed: 0 });
  const drawnOfControl = unitResamples(control, textUnits(control, ids), { seed: 0 });
  return { run, control, drawn, drawnOfControl };
}

const scaled = (columns: FeatureColumns, by: number): FeatureColumns => ({
  ...columns,
  sum: columns.sum.map((each) => by * each),
});

describe("what is left of v", () => {
  test("of everything in one part, that part, without a doubt", () => {
    const { columns, ids } = columnsOf(1);
    const { left, interval, v } = keptShare(paired(columns, scaled(columns, 0.25), ids), 0, 2);
    expect(left).toBeCloseTo(0.25, 6);
    expect(v).toBeGreaterThan(0.2);
    expect(interval?.lo).toBeCloseTo(0.25, 4);
    expect(interval?.hi).toBeCloseTo(0.25, 4);
  });

  test("of nothing in common, an interval that is as wide as both are unsure", () => {
    const { columns, ids } = columnsOf(1);
    const other = columnsOf(2, 1).columns;
    const { left, interval } = keptShare(paired(columns, other, ids), 0, 2);
    const [lo, hi] = [interval?.lo ?? 0, interval?.hi ?? 0];
    expect(lo).toBeLessThan(left as number);
    expect(hi - lo).toBeGreaterThan(0.1);
    expect(lo).toBeLessThan(0.5);
    expect(hi).toBeGreaterThan(0.4);
  });

  test("an interval over many data sets holds the true share about as often as it says", () => {
    const held = Array.from({ length: 60 }, (_, seed) => {
      const { columns, ids } = columnsOf(seed);
      const other = columnsOf(1000 + seed, 1).columns;
      const { interval } = keptShare(paired(columns, other, ids), 0, 2);
      const truth = (0.8 * (1 - 0.1)) / (0.8 * (2 - 0.1));
      return interval !== null && interval.lo <= truth && truth <= interval.hi;
    }).filter((each) => each).length;
    expect(held).toBeGreaterThanOrEqual(53);
  });

  test("where v is not above 0 there is no share of it", () => {
    const { columns, ids } = columnsOf(1);
    expect(keptShare(paired(columns, columns, ids), 0, 0)).toMatchObject({
      ...{ left: null, interval: null },
    });
  });

  test("other units have a share and no interval", () => {
    const { columns, ids } = columnsOf(1);
    const pair = { ...paired(columns, scaled(columns, 0.25), ids), drawnOfControl: null };
    const { left, interval } = keptShare(pair, 0, 2);
    expect(left).toBeCloseTo(0.25, 6);
    expect(interval).toBeNull();
  });
});

test("units are the same where the same texts count", () => {
  const { columns, ids } = columnsOf(1);
  const units = textUnits(columns, ids);
  expect(areSameUnits(units, textUnits(scaled(columns, 2), ids))).toBe(true);
  const fewer = keepRows(columns, (row) => row !== 5);
  expect(areSameUnits(units, textUnits(fewer, ids))).toBe(false);
  expect(areSameUnits(units, textUnits(columns, ids, false))).toBe(false);
});
