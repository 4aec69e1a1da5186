import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type PlotOptions, plot } from "../../src/commands/plot.js";
import { rejectionOf } from "../fixtures/failure.js";
import { collectingOutput } from "../fixtures/output.js";
import { writeRun } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";
import { threeLanguageRun } from "../fixtures/tui.js";

const at = useTempFolder();
const never = new AbortController().signal;
const run = () => writeRun(at("run"), threeLanguageRun() as never);

test("a figure goes into the run's figures, or where it is told, or to stdout", async () => {
  run();
  const output = collectingOutput();
  await plot(at("run"), { kind: "heatmap", format: "svg" }, output, never);
  expect(readFileSync(at("run", "figures", "heatmap.svg"), "utf8")).toMatch(/^<svg/);
  await plot(at("run"), { kind: "layers", format: "png", output: at("x.png") }, output, never);
  expect(existsSync(at("x.png"))).toBe(true);
  const stdout = collectingOutput();
  await plot(at("run"), { kind: "heatmap", format: "json", output: "-" }, stdout, never);
  expect(JSON.parse(stdout.results).$schema).toContain("vega-lite");
});

test("by another measure it goes into a file of its own, and says so", async () => {
  run();
  const output = collectingOutput();
  await plot(at("run"), { kind: "layers", format: "svg", rankBy: "margin" }, output, never);
  expect(output.results).toMatch(
    /layers-by-margin\.svg\n\nv of each language's best feature by margin, over the layers\./,
  );
  expect(readFileSync(at("run", "figures", "layers-by-margin.svg"), "utf8")).toContain("by margin");
  expect(existsSync(at("run", "figures", "layers.svg"))).toBe(false);
});

test("the ending of the file chooses the format", async () => {
  run();
  const files = { svg: at("a.svg"), png: at("a.PNG"), json: at("a.json") };
  for (const output of Object.values(files))
    await plot(at("run"), { kind: "heatmap", output }, collectingOutput(), never);
  expect(readFileSync(files.svg, "utf8")).toMatch(/^<svg/);
  expect(readFileSync(files.png).subarray(1, 4).toString()).toBe("PNG");
  expect(JSON.parse(readFileSync(files.json, "utf8")).$schema).toContain("vega-lite");
});

test("how to read the figure stands under it, and in the file; stdout has the figure alone", async () => {
  run();
  const told = collectingOutput();
  await plot(at("run"), { kind: "heatmap", output: at("a.svg") }, told, never);
  expect(told.results).toMatch(
    /^Wrote .*a\.svg\n\nv of each language's best feature, by layer\. v\(f, L\) =/,
  );
  expect(readFileSync(at("a.svg"), "utf8")).toMatch(
    /^<svg role="graphics-document"[^>]*aria-label="v of each/,
  );
  const data = collectingOutput();
  await plot(at("run"), { kind: "heatmap", output: "-" }, data, never);
  expect(data.results).toMatch(/^<svg[^\0]*<\/svg>$/);
});

test.each<[string, Partial<PlotOptions>, string]>([
  [
    "an ending of another format than --format's",
    { format: "png", output: "x.svg" },
    "Found --format png and --output x.svg. Expected a file that ends in .png.",
  ],
  [
    "an unknown ending",
    { output: "x.pdf" },
    "--output x.pdf has the ending .pdf. Expected one of .svg, .png, .json",
  ],
  ["an unknown ending beside --format", { format: "svg", output: "x.pdf" }, "has the ending .pdf"],
  ["no ending", { output: "x" }, "--output x has no ending."],
])("%s is refused before anything is read", async (_, options, words) => {
  const error = await rejectionOf(
    plot(at("nowhere"), { kind: "heatmap", ...options }, collectingOutput(), never),
  );
  expect(error.message).toContain(words);
  expect(error.exitCode).toBe(2);
});

test("without an ending, --format says what it is", async () => {
  run();
  await plot(
    at("run"),
    { kind: "heatmap", format: "png", output: at("x") },
    collectingOutput(),
    never,
  );
  expect(readFileSync(at("x")).subarray(1, 4).toString()).toBe("PNG");
});

test("an unknown figure names those there are; a file of the run is not written over", async () => {
  run();
  const output = collectingOutput();
  await expect(plot(at("run"), { kind: "pie", format: "svg" }, output, never)).rejects.toThrow(
    /Expected one of figure-1, heatmap/,
  );
  const over = { kind: "heatmap", output: at("run", "meta.json") };
  await expect(plot(at("run"), over, output, never)).rejects.toThrow("is a file of the run itself");
});
