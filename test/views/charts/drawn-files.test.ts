import { expect, test } from "vitest";
import { drawnAs, drawnFiles } from "../../../src/views/charts/drawn-files.js";
import { drawChart } from "../../../src/views/charts/kinds.js";
import { threeLanguageRun } from "../../fixtures/tui.js";

const chart = drawChart(threeLanguageRun(), "heatmap", {});

test("every form of a figure that has words has its title and caption", async () => {
  const words = `${chart.title}. ${chart.caption}`;
  expect(JSON.parse((await drawnAs(chart, "json")) as string).description).toBe(words);
  expect(await drawnAs(chart, "svg")).toContain(`aria-label="${words}"`);
  const files = await drawnFiles([["a", chart]]);
  expect(files.map(([name]) => name)).toEqual(["a.svg", "a.png"]);
  expect(files[0]?.[1]).toContain(`aria-label="${words}"`);
});

test("what XML cannot hold is not in the label", async () => {
  const svg = await drawnAs({ ...chart, caption: "odd \u0007\u{d800}\uffff." }, "svg");
  expect(svg).toContain("odd \\x07\ufffd\ufffd.");
});
