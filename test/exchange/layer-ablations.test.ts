import { expect, test } from "vitest";
import { readFigure5, readFigure6 } from "../../src/exchange/layer-ablations.js";

const bySeries = (of: (ablated: string, evaluated: string) => unknown) =>
  Object.fromEntries(
    ["en", "fr"].map((ablated) => [
      ablated,
      Object.fromEntries(["en", "fr", "ja"].map((each) => [each, of(ablated, each)])),
    ]),
  );
const series = bySeries((ablated, evaluated) => [ablated.length, evaluated === "ja" ? null : 0.5]);

test("figure 5, newer: features, ablated language, evaluated language, layers", () => {
  const value = {
    fig5_data: { "top-1": series, "top-1+2": series },
    layers: [0, 5],
    configs: ["top-1", "top-1+2"],
  };
  const { kind, languages, layers, data, axes, warnings } = readFigure5(value);
  expect([kind, languages, layers]).toEqual(["ablation-by-layer", ["en", "fr", "ja"], [0, 5]]);
  expect(data).toEqual({ delta_ce: value.fig5_data });
  expect(axes.delta_ce).toEqual(["features", "ablated", "evaluated", "layer"]);
  expect(warnings).toEqual([]);
});

test("figure 5, older: told apart by the depth of its keys; what it does not tell is said", () => {
  const fig5_mean = { en: { en: 1.25, fr: 1.25 } };
  const { data, layers, warnings } = readFigure5({ fig5_data: series, fig5_mean });
  expect(data).toEqual({ delta_ce: { "top-1": series }, means: fig5_mean });
  expect(layers).toBeNull();
  expect(warnings).toEqual(["the file does not tell of which layers its 2 values are"]);
  const off = { en: { en: 1.25, fr: 2, ja: 7 } };
  expect(readFigure5({ fig5_data: series, fig5_mean: off }).warnings).toContain(
    "1 of its means are not those of their series",
  );
});

test("figure 5 that was never finished: what is missing is said", () => {
  const fig5_data = { "top-1": bySeries((_, evaluated) => (evaluated === "ja" ? [] : [1, 2])) };
  const { warnings } = readFigure5({ fig5_data, layers: [0, 5], configs: ["top-1", "top-1+2"] });
  expect(warnings).toEqual(["2 of 6 series are empty", "nothing is there of top-1+2"]);
});

test("figure 6, newer: language before features in the file, features first in the result", () => {
  const own = {
    "top-1": { en: [1], fr: [], ja: [] },
    "top-2": { en: [2], fr: [3] },
    "top-1+2": { en: [4] },
  };
  const value = {
    fig6_data: { en: own, fr: { "top-1": { fr: [5] } } },
    layers: [7],
    fig6_triples: { en: ["en", "fr", "zh"], fr: ["fr", "es", "th"] },
  };
  const { kind, data, warnings } = readFigure6(value);
  expect(kind).toBe("joint-ablation-by-layer");
  expect(data).toEqual({
    delta_ce: {
      "top-1": { en: own["top-1"], fr: { fr: [5] } },
      "top-2": { en: own["top-2"] },
      "top-1+2": { en: own["top-1+2"] },
    },
    triples: value.fig6_triples,
  });
  // Nobody evaluated Japanese there: that series is empty as it should be.
  expect(warnings).toEqual(["1 of 6 series are empty"]);
});

test("figure 6, older: of one language, which it names", () => {
  const value = {
    fig6_data: { "top-1": { fr: [1, 2] }, "top-1+2": { fr: [3, 4] } },
    layers: [0, 5],
    lang_ablate: "fr",
    langs_eval: ["fr", "es"],
  };
  const { data, languages, settings } = readFigure6(value);
  expect(data.delta_ce).toEqual({
    "top-1": { fr: { fr: [1, 2] } },
    "top-1+2": { fr: { fr: [3, 4] } },
  });
  expect(languages).toEqual(["fr"]);
  expect(settings).toEqual({ evaluated: ["fr", "es"] });
  const { lang_ablate: _, ...untold } = value;
  expect(() => readFigure6(untold)).toThrow("no lang_ablate");
});

test.each([
  [{ fig5_data: [1] }, "fig5_data with 0 keys above its lists"],
  [{ fig5_data: { a: { b: { c: { d: [1] } } } } }, "fig5_data with 4 keys"],
  [{ fig5_data: series, layers: [0, 5, 9] }, "2 values at top-1, en → en, 3 layers"],
  [{ fig5_data: { en: { fr: [1, 2], ja: [1] } } }, "1 values at top-1, en → ja, 2 layers"],
  [{ fig5_data: { en: { fr: ["x"] } } }, "at en.fr.0"],
  [{ fig5_data: { "e n": { fr: [1] } } }, "at e n"],
  [{ fig5_data: series, more: 1 }, 'Unrecognized key: "more"'],
])("what is no figure 5: %j", (value, told) => {
  expect(() => readFigure5(value)).toThrow(told);
});
