import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { plot } from "../../src/commands/plot.js";
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

test("an unknown figure names those there are; a file of the run is not written over", async () => {
  run();
  const output = collectingOutput();
  await expect(plot(at("run"), { kind: "pie", format: "svg" }, output, never)).rejects.toThrow(
    /Expected one of figure-1, heatmap/,
  );
  const over = { kind: "heatmap", format: "svg", output: at("run", "meta.json") } as const;
  await expect(plot(at("run"), over, output, never)).rejects.toThrow("is a file of the run itself");
});
