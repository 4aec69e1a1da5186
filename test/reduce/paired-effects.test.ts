import { describe, expect, test } from "vitest";
import { featureColumns } from "../../src/reduce/feature-columns.js";
import { PairedEffects, sharedUnits } from "../../src/reduce/paired-effects.js";
import { textUnits } from "../../src/reduce/text-units.js";
import { columnsOf, TABLE, type Table } from "../fixtures/one-feature.js";
import { feature, plantedLayer } from "../fixtures/planted-layer.js";

const unitsOf = (table: Table, isParallel = true) =>
  textUnits(columnsOf(table), isParallel ? table.map((texts) => [...texts.keys()]) : null);

const effectsOf = (table: Table, isParallel = true, pool: "token" | "text" = "token") => {
  const [columns, units] = [columnsOf(table, pool), unitsOf(table, isParallel)];
  return [...new PairedEffects(columns, units, sharedUnits(columns, units)).of(0)];
};

describe("PairedEffects", () => {
  test("is numpy's mean over standard deviation of the differences of translations", () => {
    const expected = [-0.07580980435789032, 0.5492983129959016, -0.6232319625115879];
    for (const pool of ["token", "text"] as const) {
      const effects = effectsOf(TABLE, true, pool);
      for (const [l, each] of expected.entries()) expect(effects[l]).toBeCloseTo(each, 14);
    }
  });

  test("counts the units alone that all languages share", () => {
    const lacking = TABLE.map((rows, l) => (l === 2 ? rows.slice(0, 8) : rows));
    const shared = TABLE.map((rows) => rows.slice(0, 8));
    expect(effectsOf(lacking)).toEqual(effectsOf(shared));
  });

  test("is none without translations, with one of them, or where differences do not vary", () => {
    const none = [Number.NaN, Number.NaN, Number.NaN];
    expect(effectsOf(TABLE, false)).toEqual(none);
    const one = TABLE.map((rows) => rows.slice(1, 2));
    expect(effectsOf(one)).toEqual(none);
    const even: Table = [1, 7, 3].map((size) => [3, 7, 9].map((n) => [n, size * n] as const));
    expect(effectsOf(even)).toEqual(none);
  });

  test("of a feature it is the same whatever was asked before, by definition over all units", () => {
    const planted = [feature(3, 0.2, 1), feature(3, 0.6, 5, { 1: 3 }), feature(3, 0, 1)];
    const { languages, ids } = plantedLayer(planted, { units: 30, seed: 2 });
    const columns = featureColumns(languages, "token");
    const units = textUnits(columns, ids);
    const paired = new PairedEffects(columns, units, sharedUnits(columns, units));
    const [first, second, silent] = [paired.of(0), paired.of(1), paired.of(2)];
    expect([...silent]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(paired.of(0)).toEqual(first);
    const means = new Float64Array(columns.weight.length);
    for (let at = columns.start[1] as number; at < (columns.start[2] as number); at++) {
      const row = columns.row[at] as number;
      means[row] = (columns.sum[at] as number) / (columns.weight[row] as number);
    }
    const m = (unit: number, l: number) =>
      means[
        units.unitOf.findIndex((u, row) => u === unit && columns.languageOf[row] === l)
      ] as number;
    const d = Array.from({ length: 30 }, (_, i) => m(i, 1) - (m(i, 0) + m(i, 2)) / 2);
    const mean = d.reduce((sum, each) => sum + each, 0) / 30;
    const deviation = Math.sqrt(d.reduce((sum, each) => sum + (each - mean) ** 2, 0) / 29);
    expect(second[1]).toBeCloseTo(mean / deviation, 12);
  });
});
