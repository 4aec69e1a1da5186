import { expect, test } from "vitest";
import { openRun } from "../../../src/runs/read.js";
import { CHART_KINDS, drawChart, isOfControls } from "../../../src/views/charts/kinds.js";
import { compiled, renderPng, renderSvg } from "../../../src/views/charts/render.js";
import { withEvidence } from "../../fixtures/evidence.js";
import { threeLanguageRun } from "../../fixtures/tui.js";

const run = withEvidence(threeLanguageRun());

test.each(CHART_KINDS.filter((kind) => !isOfControls(kind)))(
  "%s is drawn: its title, its languages, and marks",
  async (kind) => {
    const { spec, title } = drawChart(run, kind, {});
    const svg = await renderSvg(spec);
    expect(svg).toMatch(/^<svg/);
    expect(svg).toContain(title.replaceAll("&", "&amp;"));
    expect(svg).toContain(kind === "learning" ? "on its own texts" : "fra_Latn");
    expect(svg).toMatch(/class="mark-(rect|symbol|line|text)[^"]* role-mark/);
    expect(svg).not.toContain("NaN");
  },
);

test("layers are in their order, not that of their digits", async () => {
  const [one, two] = [run.rankings.get(1), run.rankings.get(2)];
  const deep = {
    ...run,
    meta: { ...run.meta, layers: [2, 10] },
    rankings: new Map([
      [2, one],
      [10, two],
    ]),
    statistics: new Map([
      [2, run.statistics?.get(1)],
      [10, run.statistics?.get(2)],
    ]),
  };
  for (const kind of ["figure-1", "distribution", "drop-off", "overlap"] as const) {
    const svg = await renderSvg(drawChart(deep as never, kind, {}).spec);
    expect(
      [...svg.matchAll(/>(layer \d+)</g)].map(([, name]) => name),
      kind,
    ).toEqual(["layer 2", "layer 10"]);
  }
});

test.each(["layers", "specialisation", "drop-off"] as const)(
  "%s: a legend names every language once",
  async (kind) => {
    const svg = await renderSvg(drawChart(run, kind, {}).spec);
    const labels = svg.matchAll(/role-legend-label.*?>(\w+)<\/text>/g);
    expect([...labels].map(([, label]) => label)).toEqual(run.meta.languages);
  },
);

test("a number on a cell is white on the dark half of the colours, and black on the light one", async () => {
  const svg = await renderSvg(drawChart(openRun("v_score_runs/demo"), "heatmap", {}).spec);
  const [, low] = /fill="(\w+)"[^>]*>0\.85</.exec(svg) ?? [];
  const [, high] = /fill="(\w+)"[^>]*>4\.88</.exec(svg) ?? [];
  expect([low, high]).toEqual(["white", "black"]);
});

test("a description is the drawing's label, whatever stands in it", async () => {
  const { spec } = drawChart(run, "heatmap", {});
  const svg = await renderSvg({ ...spec, description: `"a" < b & $& c` });
  expect(svg).toContain('aria-label="&#34;a&#34; &#60; b &#38; $&#38; c"');
  expect((await renderPng(svg)).length).toBeGreaterThan(1000);
});

test("a PNG has twice the drawing's pixels", async () => {
  const svg = await renderSvg(drawChart(run, "heatmap", {}).spec);
  const [, width] = /width="(\d+)/.exec(svg) ?? [];
  const png = Buffer.from(await renderPng(svg));
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  expect(png.readUInt32BE(16)).toBe(2 * Number(width));
});

test("a specification that asks for something from outside gets nothing", async () => {
  const spec = { data: { url: "https://example.org/x.json" }, mark: "point" };
  const svg = await renderSvg(spec as never).catch((error: unknown) => String(error));
  expect(svg).not.toContain("example.org");
});

test("what a run's names hold stays text in the drawing", async () => {
  const odd = {
    ...run,
    name: "<script>alert(1)</script>\u0007\u202e\ud800\uffff",
    statistics: null,
    meta: { ...run.meta },
  };
  const svg = await renderSvg(drawChart(odd as never, "heatmap", {}).spec);
  expect(svg).not.toContain("<script");
  expect(svg).toContain("&lt;script&gt;alert(1)&lt;/script&gt;\\x07\\u202e\ufffd\ufffd");
  expect((await renderPng(svg)).length).toBeGreaterThan(1000);
});

test("the slider of the page moves what is drawn, to what a figure of that k shows", async () => {
  const demo = openRun("v_score_runs/demo");
  const { View, parse } = await import("vega");
  const { spec } = drawChart(demo, "overlap", { layers: [2] }, "page");
  const view = new View(parse(await compiled(spec)), { renderer: "none" });
  const numbers = (svg: string) =>
    [...svg.matchAll(/>(\d\.\d\d)<\/text>/g)].map(([, text]) => text);
  for (const topK of [5, 50, 100]) {
    await view.signal("k", topK).runAsync();
    const figure = drawChart(demo, "overlap", { layers: [2], topK });
    expect(numbers(await view.toSVG())).toEqual(numbers(await renderSvg(figure.spec)));
  }
  view.finalize();
});
