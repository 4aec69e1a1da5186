import { describe, expect, test } from "vitest";
import type { Chart } from "../../../src/views/charts/chart.js";
import { renderPng, renderSvg } from "../../../src/views/charts/render.js";
import { clcPanels, lidPanels, lidScatter } from "../../../src/views/charts/steering.js";
import { expectNoWarnings } from "../../fixtures/no-warnings.js";
import { clcRow, clcTable, lidTable } from "../../fixtures/steering.js";

expectNoWarnings();

// biome-ignore lint/suspicious/noExplicitAny: a specification is JSON, its data whatever a chart puts in
const specOf = ({ spec }: Chart): any => spec;

/** Texts of a drawing, in its order. */
const textsOf = (svg: string) => [...svg.matchAll(/>([^<>]+)<\/text>/g)].map(([, text]) => text);

describe("one experiment on naming a language", () => {
  test("collateral is across, the target up; methods have hue, stroke and name, layers a sign", () => {
    const { data, layer, encoding } = specOf(lidScatter(lidTable()));
    expect(data.values[2]).toEqual({
      ...{ method: "SV-2L", k: 2, x: 3.5, y: 2.5, family: "SV", layers: "2" },
    });
    const [line, , point, , label] = layer;
    expect(line.encoding.color.scale).toEqual({
      domain: ["No SV", "SV", "SAE"],
      range: ["#e1004b", "#0072b2", "#009e73"],
    });
    const [, sv, sae] = line.encoding.strokeDash.scale.range;
    expect(sv).not.toEqual(sae);
    expect(line.encoding.order.field).toBe("k");
    expect(point.encoding.shape.scale).toEqual({
      domain: ["none", "1", "2"],
      range: ["diamond", "circle", "triangle-up"],
    });
    const names = label.data.values.map(({ label, x }: Record<string, unknown>) => [label, x]);
    expect(names).toEqual([
      ["No SV", 2.75],
      ["SV", 3.5],
      ["SAE", 2.9],
    ]);
    expect([encoding.x.title, line.encoding.y.title]).toEqual([
      "CE on the other languages (nats per token)",
      "CE of the target name's first token (nats)",
    ]);
    expect(point.encoding.tooltip.map(({ field }: { field: string }) => field)).toEqual([
      ...["method", "x", "y"],
    ]);
  });

  test("all that its name tells is above it", async () => {
    const chart = lidScatter(lidTable());
    expect(chart.title).toMatch(/^Steering: French → English, α = 0\.5, layer 20\. How far/);
    const svg = await renderSvg(chart.spec);
    for (const words of [
      ...["Steering: French → English, α = 0.5, layer 20", "gemma-2-2b, gates of 2 features"],
      ...["vectors of 20 texts", "10 source texts evaluated", "first token of the name"],
    ])
      expect(svg).toContain(words);
  });

  test("what its name does not tell is not told", async () => {
    const nothing = { alpha: null, layer: null, topK: null, metric: null, trainN: null };
    const svg = await renderSvg(
      lidScatter(lidTable({ ...nothing, tag: "", evalN: 1, otherN: null })).spec,
    );
    expect(svg).toContain(">Steering: French → English<");
    expect(svg).toContain(">1 source text evaluated, fewer than 50: nothing is claimed<");
    expect(svg).toContain("CE of the target's name (nats)");
    expect(svg).not.toContain("null");
  });

  test("a table without the unsteered model, and one with nothing else, are drawn", async () => {
    for (const at of [0, 1]) {
      const rows = lidTable().rows.slice(at, at + 1);
      const svg = await renderSvg(lidScatter(lidTable({ rows })).spec);
      expect(svg).not.toContain("NaN");
      expect(textsOf(svg)).toContain(at === 0 ? "No SV" : "SV");
    }
  });

  test("a method that nobody knows is a fault", () => {
    const rows = [{ method: "Chance-1L", k: 1, target: 1, collateral: 1 }];
    expect(() => lidScatter(lidTable({ rows }))).toThrow("no method of steering");
  });
});

describe("several", () => {
  const panelsOf = (chart: Chart) =>
    specOf(chart).concat.map(({ title }: { title?: { text: string[] } }) => title?.text);

  test("stand two a row, in the order of what varies, named for it", async () => {
    const chart = lidPanels([2, 10, 0.5].map((alpha) => lidTable({ alpha })));
    expect(panelsOf(chart)).toEqual([["α = 0.5"], ["α = 2"], ["α = 10"]]);
    expect(specOf(chart).columns).toBe(2);
    expect(chart.title).toMatch(/^By strength: French → English, layer 20\. /);
    const svg = await renderSvg(chart.spec);
    for (const legend of ["method", "steered layers"])
      expect(textsOf(svg).filter((text) => text === legend)).toHaveLength(1);
  });

  test("panels have the same scales and signs", () => {
    const rows = [{ method: "Learned-3L", k: 3, target: 100, collateral: 50 }];
    const [first, second] = specOf(lidPanels([lidTable(), lidTable({ layer: 2, rows })])).concat;
    const domains = [first, second].map(({ encoding }) => encoding.x.scale.domain);
    expect(domains[0]).toEqual(domains[1]);
    const colours = [first, second].map(({ layer }) => layer[0].encoding.color.scale.domain);
    expect(colours).toEqual(Array(2).fill(["No SV", "SV", "SAE", "Learned"]));
  });

  test.each([1, 4, 7, 12])("%i are drawn, none is empty", async (count) => {
    const tables = Array.from({ length: count }, (_, layer) => lidTable({ layer }));
    const svg = await renderSvg(lidPanels(tables, "layer").spec);
    expect(textsOf(svg).filter((text) => text === "No SV")).toHaveLength(count);
    expect(svg).not.toContain("NaN");
    expect((await renderPng(svg)).length).toBeGreaterThan(1000);
  });

  test("names from files stay text", async () => {
    const tables = [lidTable({ tag: "<b>\u0007" }), lidTable({ tag: "x" })];
    const svg = await renderSvg(lidPanels(tables).spec);
    expect(svg).toContain("&lt;b&gt;\\x07");
  });
});

describe("continuations", () => {
  test("success is up, from none to all, a panel a pair", async () => {
    const chart = clcPanels([clcTable({ source: "ja", alpha: 1 }), clcTable()]);
    const [first, second] = specOf(chart).concat;
    expect([first.title.text, second.title.text]).toEqual([
      ["from French, α = 0.5"],
      ["from Japanese, α = 1"],
    ]);
    const { y } = first.layer[0].encoding;
    expect([y.title, y.scale.domain]).toEqual(["success rate", [-0.1, 1.1]]);
    expect(await renderSvg(chart.spec)).toContain("How often steering makes the model go on");
  });

  test("intervals are bars, where there are any", async () => {
    const rows = [clcRow("No SV", 0, 0.5, { lo: 0.25, hi: 0.75 }), clcRow("SV-1L", 1, 0.5)];
    const svg = await renderSvg(clcPanels([clcTable({ rows })]).spec);
    const bars = /class="mark-rule[^"]*layer_1_marks"[^>]*>(.*?)<\/g>/.exec(svg)?.[1] ?? "";
    expect(bars.match(/<line/g)).toHaveLength(1);
    expect(bars).toContain("#e1004b");
  });
});
