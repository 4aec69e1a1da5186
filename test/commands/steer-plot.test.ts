import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { type SteerPlotOptions, steerPlot } from "../../src/commands/steer-plot.js";
import { steeringFileName } from "../../src/exchange/steering-names.js";
import { clcCsv, lidCsv } from "../../src/exchange/steering-results.js";
import { rejectionOf } from "../fixtures/failure.js";
import { collectingOutput } from "../fixtures/output.js";
import { writeRun } from "../fixtures/runs.js";
import { clcTable, lidTable } from "../fixtures/steering.js";
import { useTempFolder } from "../fixtures/temp-folder.js";
import { threeLanguageRun } from "../fixtures/tui.js";

const at = useTempFolder();
const CLC = clcTable().origin;

const lidFiles: string[] = [];
beforeEach(() => {
  mkdirSync(at("lid"));
  mkdirSync(at("mixed"));
  lidFiles.length = 0;
  for (const alpha of [1, 0.5]) {
    const table = lidTable({ alpha });
    const file = at("lid", steeringFileName("lid", table));
    writeFileSync(file, lidCsv(table));
    writeFileSync(at("mixed", basename(file)), lidCsv(table));
    lidFiles.push(file);
  }
  writeFileSync(at("mixed", CLC), clcCsv([clcTable(), clcTable({ source: "ja" })]));
});

async function plotted(paths: readonly string[], options: SteerPlotOptions = {}) {
  const output = collectingOutput();
  await steerPlot(paths, options, output);
  return output.results;
}
const titlesIn = (json: string) =>
  JSON.parse(json).concat.map(({ title }: { title: { text: string[] } }) => title.text.join());

test("a figure is written where it is told to, in the form of its ending, with how to read it", async () => {
  const output = at("made", "x.svg");
  expect(await plotted([at("lid")], { output })).toMatch(
    /^Wrote .*x\.svg\n\nBy strength: French → English, layer 20\. How far .*\. Down: cross-entropy/,
  );
  expect(readFileSync(output, "utf8")).toMatch(/^<svg/);
  await plotted(lidFiles, { output: at("x.png") });
  expect(readFileSync(at("x.png")).subarray(1, 4).toString()).toBe("PNG");
});

test("without a place it goes into the folder where the person is", async () => {
  const before = process.cwd();
  process.chdir(at());
  try {
    expect(await plotted([at("lid")])).toContain("Wrote steering.svg");
    await plotted([at("lid")], { format: "json" });
  } finally {
    process.chdir(before);
  }
  expect([at("steering.svg"), at("steering.json")].map((file) => existsSync(file))).toEqual([
    ...[true, true],
  ]);
});

test("a folder stands for its tables; one that is named twice is drawn once", async () => {
  const titles = titlesIn(await plotted([at("lid"), ...lidFiles], { output: "-", format: "json" }));
  expect(titles).toEqual(["α = 0.5", "α = 1"]);
});

test("one table of continuations is a panel for each of its pairs", async () => {
  const json = await plotted([at("mixed", CLC)], { output: "-", format: "json" });
  expect(titlesIn(json)).toEqual(["from French", "from Japanese"]);
});

test("--by is what panels are sorted by and named for", async () => {
  const table = lidTable({ alpha: 9, layer: 3 });
  const file = at(steeringFileName("lid", table));
  writeFileSync(file, lidCsv(table));
  const json = await plotted([...lidFiles, file], { by: "layer", output: "-", format: "json" });
  expect(titlesIn(json)).toEqual(["layer 3, α = 9", "layer 20, α = 0.5", "layer 20, α = 1"]);
});

test("tables of both experiments are not drawn together", async () => {
  const { message, exitCode } = await rejectionOf(plotted([at("mixed")], { output: at("x.svg") }));
  expect(message).toContain("is of naming a language (LID), ");
  expect(message).toContain(
    "Expected tables of one of them: their axes differ. Name the files of one, such as lid_*.csv.",
  );
  expect(exitCode).toBe(2);
  expect(existsSync(at("x.svg"))).toBe(false);
});

test.each<[string, SteerPlotOptions, string]>([
  ["an unknown ending", { output: "x.pdf" }, "the ending .pdf. Expected one of .svg, .png, .json"],
  ["two formats", { output: "x.png", format: "svg" }, "Found --format svg and --output x.png."],
])("%s is refused before anything is read", async (_, options, told) => {
  expect((await rejectionOf(plotted([at("nowhere")], options))).message).toContain(told);
});

test("neither a run's own file nor a table is written over", async () => {
  writeRun(at("run"), threeLanguageRun() as never);
  const meta = readFileSync(at("run", "meta.json"));
  for (const place of [at("run", "meta.json"), at("run", "experiments", "steer-lid-1", "x.json")]) {
    const { message } = await rejectionOf(plotted([at("lid")], { output: place }));
    expect(message).toMatch(/is a file of the run|where nothing but the run writes/);
  }
  expect(readFileSync(at("run", "meta.json"))).toEqual(meta);
  const [table] = lidFiles as [string];
  const odd = at("lid_fr_to_en_alpha1.json");
  writeFileSync(odd, readFileSync(table));
  const { message } = await rejectionOf(plotted([odd], { output: join(at(), basename(odd)) }));
  expect(message).toContain("is one of the tables. Expected another file");
  expect(readFileSync(odd)).toEqual(readFileSync(table));
});
