import { describe, expect, test } from "vitest";
import { interactions } from "../../../src/experiments/interactions/interactions.js";
import {
  ablationOverLayers,
  ablationSpecificity,
  ablationTriples,
} from "../../../src/views/charts/ablation.js";
import {
  asymmetryBars,
  interactionHeatmap,
  interactionsByLayer,
  normalizedHeatmap,
} from "../../../src/views/charts/interactions.js";
import { renderPng, renderSvg } from "../../../src/views/charts/render.js";
import {
  crossActivationPanels,
  synergyByRelation,
  synergyMatrix,
} from "../../../src/views/charts/synergy.js";
import { ablationOf, factsOf } from "../../fixtures/ablations.js";
import { expectNoWarnings } from "../../fixtures/no-warnings.js";
import { synergyOf } from "../../fixtures/synergies.js";

expectNoWarnings();

const LANGUAGES = ["eng_Latn", "fra_Latn", "spa_Latn", "cmn_Hans"];
const costs = (own: number) =>
  LANGUAGES.map((_, i) => LANGUAGES.map((_, j) => (i === j ? own : 0.1)));
const COSTS = { 1: costs(1), 2: costs(2) };
const ablation = ablationOf(LANGUAGES, COSTS);
const interacting = (changes: Parameters<typeof ablationOf>[2] = {}) =>
  interactions(
    { name: "ablate-1", result: ablationOf(LANGUAGES, COSTS, changes) },
    { config: undefined, meanOver: "tokens" },
  );
// biome-ignore lint/suspicious/noExplicitAny: a specification is JSON, its data whatever a chart puts in
const valuesOf = (chart: { spec: object }): any[] => (chart.spec as any).data.values;

test.each([
  ["over-layers", ablationOverLayers(ablation)],
  ["specificity", ablationSpecificity(ablation)],
  ["triples", ablationTriples(ablation)],
  ["raw", interactionHeatmap(interacting())],
  ["normalized", normalizedHeatmap(interacting())],
  ["by-layer", interactionsByLayer(interacting())],
  ["asymmetry", asymmetryBars(interacting())],
  ["super-additivity", synergyMatrix(synergyOf())],
  ["within-and-across", synergyByRelation(synergyOf()) as ReturnType<typeof synergyMatrix>],
  ["cross-activation", crossActivationPanels(synergyOf())],
])("%s is drawn, with its languages and texts", async (_, chart) => {
  const svg = await renderSvg(chart.spec);
  expect(svg).not.toMatch(/NaN|undefined/);
  expect(svg).toContain("tiny");
  expect((await renderPng(svg)).length).toBeGreaterThan(2000);
});

describe("ablation", () => {
  test("random features are there on their own language alone", () => {
    const random = valuesOf(ablationSpecificity(ablation)).filter(({ kind }) => kind === "random");
    expect(random).toHaveLength(LANGUAGES.length);
    for (const { ablated, evaluated } of random) expect(evaluated).toBe(ablated);
  });

  test("beside each language stand the two of the list, with intervals", () => {
    const english = valuesOf(ablationTriples(ablation)).filter(
      ({ ablated, layer }) => ablated === "eng_Latn" && layer === 1,
    );
    expect(english.map(({ evaluated }) => evaluated)).toEqual(["eng_Latn", "fra_Latn", "cmn_Hans"]);
    expect(english[0].lo).toBeLessThan(english[0].delta);
  });
});

test("one-sided pairs have their intervals, where there are any", () => {
  const [bar] = valuesOf(asymmetryBars(interacting()));
  expect(bar.lo).toBeLessThan(bar.value);
  expect(bar.hi).toBeGreaterThan(bar.value);
  expect(asymmetryBars(interacting()).caption).toContain("95 % intervals over documents");
  const perText = interactions(
    { name: "ablate-1", result: ablation },
    { config: undefined, meanOver: "texts" },
  );
  expect(asymmetryBars(perText).caption).not.toContain("intervals");
});

test("titles say where nothing is claimed", () => {
  const few = { is_enough: false, evaluation: factsOf(LANGUAGES, { fewest: 4 }) };
  for (const chart of [
    ablationOverLayers(ablationOf(LANGUAGES, COSTS, few)),
    interactionHeatmap(interacting(few)),
    synergyMatrix(synergyOf(few)),
  ])
    expect(chart.title).toContain("(only 4 texts: no claim)");
});

test("synergy that an interval sets apart from 0 is bold, other one is not", () => {
  const clear = valuesOf(synergyMatrix(synergyOf())).filter(({ is_clear }) => is_clear);
  expect(clear.map(({ evaluated, other }) => [evaluated, other])).toEqual([
    ["eng_Latn", "fra_Latn"],
    ["fra_Latn", "eng_Latn"],
  ]);
  expect(synergyByRelation(synergyOf({ groups: null }))).toBeNull();
});
