import { describe, expect, test } from "vitest";
import { featureColumns } from "../../src/reduce/feature-columns.js";
import { FeatureResamples } from "../../src/reduce/feature-resamples.js";
import { languageLabel } from "../../src/reduce/language-label.js";
import { textUnits } from "../../src/reduce/text-units.js";
import { unitResamples } from "../../src/reduce/unit-resamples.js";
import { feature, plantedLayer } from "../fixtures/planted-layer.js";

const features = [
  feature(5, 0.9, 1, { 3: 4 }),
  feature(5, 0.9, 1, { 1: 4, 2: 4 }),
  feature(5, 0.9, 1),
  feature(5, 0, 1),
  feature(5, 0.9, 4, { 0: 1 }),
];
const { languages, ids } = plantedLayer(features, { units: 80, seed: 5 });
const columns = featureColumns(languages, "token");
const units = textUnits(columns, ids);
const drawn = unitResamples(columns, units, { seed: 1 });
const labelOf = (f: number) => languageLabel(new FeatureResamples(columns, drawn, f));

describe("languageLabel", () => {
  test("is the language, or the languages, that a feature is of", () => {
    expect(labelOf(0)?.languages).toEqual([3]);
    expect(labelOf(1)?.languages.toSorted()).toEqual([1, 2]);
    expect(labelOf(4)?.languages.toSorted()).toEqual([1, 2, 3, 4]);
  });

  test("is none for a feature of all languages, or of none", () => {
    expect(labelOf(2)).toBeNull();
    expect(labelOf(3)).toBeNull();
  });

  test("its gap is that of the means, and above its lower bound", () => {
    const { means } = new FeatureResamples(columns, drawn, 1);
    const label = labelOf(1);
    const others = Math.max(...[0, 3, 4].map((l) => means[l] as number));
    expect(label?.gap).toBe(Math.min(means[1] as number, means[2] as number) - others);
    expect(label?.lower).toBeGreaterThan(0);
    expect(label?.lower).toBeLessThan(label?.gap as number);
  });
});
