import { describe, expect, it, test } from "vitest";
import { openRun } from "../../../src/runs/read.js";
import { CHART_KINDS, canDraw, drawChart } from "../../../src/views/charts/kinds.js";
import { renderSvg } from "../../../src/views/charts/render.js";
import { fidelityOf } from "../../fixtures/fidelities.js";

const demo = openRun("v_score_runs/demo");
const { languages, layers } = demo.meta;
const lost = { ...demo, fidelity: fidelityOf(languages, layers, ["2 tha_Thai", "3 tha_Thai"]) };

test.each(CHART_KINDS.filter((kind) => canDraw(demo, kind)))(
  "%s says which languages are not rebuilt, and where",
  (kind) => {
    const request = { layers: [2], languages: ["tha_Thai", "eng_Latn"] };
    const as = drawChart({ ...demo, fidelity: fidelityOf(languages, layers) }, kind, request);
    expect(as.caption).not.toContain("Pale");
    const { caption } = drawChart(lost, kind, request);
    expect(caption).toBe(
      `${as.caption} Pale: not rebuilt by the dictionaries (FVU of 0.5 or more), not to be trusted: tha_Thai at layer 2.`,
    );
  },
);

describe("marks of what is not rebuilt", () => {
  const pale = (svg: string) => svg.match(/ opacity="0\.25"/g)?.length ?? 0;

  it("are pale, and no others", async () => {
    const bars = async (run: typeof lost) =>
      renderSvg(drawChart(run, "figure-1", { layers: [1, 2, 3], topK: 2 }).spec);
    expect(pale(await bars({ ...demo, fidelity: fidelityOf(languages, layers) }))).toBe(0);
    // Two bars at two layers, each with its rule of two standard errors.
    expect(pale(await bars(lost))).toBe(8);
  });

  it("of a map of languages and layers are cells with their numbers", async () => {
    const svg = await renderSvg(drawChart(lost, "heatmap", {}).spec);
    expect(pale(svg)).toBe(2);
    expect(svg.match(/fill="#666"/g)).toHaveLength(2);
    expect(svg).toContain("Pale: not rebuilt");
  });
});
