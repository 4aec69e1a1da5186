import { expect, test } from "vitest";
import { compareRuns } from "../../../src/comparison/compare-runs.js";
import type { Meta } from "../../../src/runs/meta.js";
import type { FinishedRun } from "../../../src/runs/read.js";
import { type ComparedRuns, comparisonChart } from "../../../src/views/charts/comparison.js";
import { renderSvg } from "../../../src/views/charts/render.js";
import { expectNoWarnings } from "../../fixtures/no-warnings.js";
import { threeLanguageRun } from "../../fixtures/tui.js";

const run = threeLanguageRun() as FinishedRun;
const named = (name: string, changes: Partial<Meta>): FinishedRun => ({
  ...{ ...run, name, meta: { ...run.meta, ...changes } },
});
const [atOne, atTwo] = run.meta.dictionaries as [Meta["dictionaries"][0], Meta["dictionaries"][0]];
const other = named("other", {
  sae_release: "wide",
  dictionaries: [atOne, atTwo].map((each) => ({ ...each, sae_id: `${each.sae_id}/wide` })),
});
const otherAtTwo = named("mixed", { dictionaries: [atOne, { ...atTwo, sae_id: "wide" }] });
const otherModel = named("of another model", {
  model_id: "o/m",
  dictionaries: other.meta.dictionaries,
});

const chartOf = (second: ComparedRuns["second"], topK = 3) =>
  comparisonChart({ first: run, second, topK }, compareRuns(run, second, topK));
// biome-ignore lint/suspicious/noExplicitAny: a specification is JSON, its data whatever a chart puts in
const specOf = (...given: Parameters<typeof chartOf>): any => chartOf(...given).spec;

expectNoWarnings();

test("the same dictionaries: Jaccard and rank correlation of every layer and language", async () => {
  const { data, title } = specOf(run);
  expect(data.values).toHaveLength(2 * 3);
  expect(data.values[0]).toEqual({ layer: 1, language: "eng_Latn", jaccard: 1, rho: 1 });
  expect(title.subtitle[0]).toBe("first: tiny");
  const svg = await renderSvg(specOf(run));
  expect(svg).toContain("How alike two runs rank the top 3 features");
  expect(svg.match(/>1\.00</g)).toHaveLength(2 * 2 * 3);
});

test("a rank correlation that there is not is a dash, and no number is drawn for it", async () => {
  const svg = await renderSvg(specOf(run, 1));
  expect(svg.match(/>–</g)).toHaveLength(2 * 3);
  expect(svg).not.toContain("NaN");
  expect(svg).toContain("the top feature of each language");
});

test("other dictionaries: what is a language's own in each, a panel a layer, with its release", async () => {
  const { data, facet, title } = specOf(other);
  expect(data.values.slice(0, 2)).toMatchObject([
    { layer: 1, language: "eng_Latn", run: "tiny (first)", feature: 0, v: 4, own: 1 },
    { layer: 1, language: "eng_Latn", run: "other (second)", feature: 0, v: 4, own: 1 },
  ]);
  expect(facet.sort).toEqual(["layer 1", "layer 2"]);
  expect(title.subtitle).toContain("second: other (wide)");
  const svg = await renderSvg(specOf(other));
  expect(svg).toContain("other (second)");
  expect(svg).not.toContain("Jaccard");
});

test("layers of two models: a panel a language, in the run's order", async () => {
  const { facet, data } = specOf(otherModel);
  expect(facet).toMatchObject({ field: "language", sort: run.meta.languages });
  expect(data.values).toHaveLength(2 * 2 * 3);
  expect(await renderSvg(specOf(otherModel))).toContain("of another model (second)");
});

test("without means, features that are a language's alone are counted", () => {
  const foreign = {
    ...{ ...run, name: "foreign", statistics: null },
    meta: { languages: run.meta.languages, layers: [1, 2], model_id: "o/m" },
  };
  const chart = comparisonChart(
    { first: other, second: foreign, topK: 2 },
    // Its model is another one, its dictionaries are not told.
    compareRuns(other, foreign, 2),
  );
  expect(chart.title).toBe("Share of a language's top 2 features that are its alone, in two runs");
  // Top 2 at layer 1: {0, 1}, {1, 0}, {2, 3}.
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const values = (chart.spec as any).data.values;
  expect(
    values
      .filter(
        ({ layer, side }: { layer: number; side: string }) => layer === 1 && side === "second",
      )
      .map(({ own }: { own: number }) => own),
  ).toEqual([0, 0, 1]);
});

test("layers of both kinds: both drawings, one above the other", async () => {
  const chart = chartOf(otherAtTwo);
  const svg = await renderSvg(chart.spec);
  expect(svg).toContain("Jaccard index");
  expect(svg).toContain("layer 2");
  expect(chart.caption).toContain("Spearman");
  expect(chart.caption).toContain("no unit");
});
