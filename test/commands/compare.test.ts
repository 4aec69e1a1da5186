import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { type CompareOptions, compare } from "../../src/commands/compare.js";
import type { Meta } from "../../src/runs/meta.js";
import type { FinishedRun } from "../../src/runs/read.js";
import { rejectionOf } from "../fixtures/failure.js";
import { collectingOutput } from "../fixtures/output.js";
import { writeRun } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";
import { threeLanguageRun } from "../fixtures/tui.js";

const at = useTempFolder();
const never = new AbortController().signal;

function write(name: string, changes: Partial<Meta> = {}): void {
  const run = threeLanguageRun() as FinishedRun;
  writeRun(at(name), { ...run, meta: { ...run.meta, ...changes } });
}
beforeEach(() => {
  write("few");
  write("all", { texts: { eng_Latn: 9, fra_Latn: 9, tha_Thai: 9 } });
});

async function compared(names: [string, string], options: Partial<CompareOptions> = {}) {
  const output = collectingOutput();
  const [first, second] = names;
  await compare([at(first), at(second)], { topK: 2, json: false, ...options }, output, never);
  return output.results;
}
const refused = (names: [string, string], options: Partial<CompareOptions> = {}) =>
  rejectionOf(compared(names, options));

test("what differs comes first, then how alike the runs are", async () => {
  const text = await compared(["few", "all"]);
  expect(text).toMatch(/^texts a language +2 +9$[\s\S]*^ +1 +eng_Latn +1\.00/m);
});

test("features are compared by another measure where that is asked, and the result says so", async () => {
  const text = await compared(["few", "all"], { rankBy: "margin", figure: at("by.json") });
  expect(text).toContain("of the 2 best features by margin of each");
  expect(readFileSync(at("by.json"), "utf8")).toContain("the top 2 features by margin of each");
  const told = JSON.parse(await compared(["few", "all"], { rankBy: "margin", json: true }));
  expect(told).toMatchObject({ ranked_by: "margin", top_k: 2 });
  const short = await refused(["few", "all"], { rankBy: "tau" });
  expect(short.message).toMatch(/--rank-by tau ranks . features? of .* and 2 are asked for/);
  const unknown = await refused(["few", "all"], { rankBy: "dz" });
  expect(unknown.message).toContain("has no evidence.safetensors");
});

test("a run with itself is said to be that", async () => {
  const text = await compared(["few", "few"]);
  expect(text).toContain("few, the same run");
  expect(text).toContain("differ in nothing that both tell");
  expect(JSON.parse(await compared(["few", "few"], { json: true })).is_same_run).toBe(true);
});

test("--json has differences, what is comparable at each layer, and the comparison", async () => {
  const { dictionaries } = threeLanguageRun().meta as Meta;
  const [one, two] = dictionaries as [Meta["dictionaries"][0], Meta["dictionaries"][0]];
  write("other", { dictionaries: [one, { ...two, sae_id: "wide" }] });
  const told = JSON.parse(await compared(["few", "other"], { json: true }));
  expect(told).toMatchObject({
    ...{ schema_version: 1, top_k: 2, figure: null, is_same_run: false },
    differences: [{ key: "dictionary", layer: 2, second: { sae_id: "wide" } }],
    untold: { first: [], second: [] },
    layers: [
      { layer: 1, run: "both", comparable: "features", why: null },
      { layer: 2, run: "both", comparable: "languages", why: "other_dictionaries" },
    ],
  });
  const layersOf = (rows: { layer: number }[]) => new Set(rows.map(({ layer }) => layer));
  expect(layersOf(told.agreements)).toEqual(new Set([1]));
  expect(layersOf(told.bests)).toEqual(new Set([2]));
});

test("--figure is drawn in the form that its ending names", async () => {
  const files = {
    svg: at("made", "a.svg"),
    png: at("a.PNG"),
    json: at("few", "figures", "a.json"),
  };
  for (const figure of Object.values(files))
    expect(await compared(["few", "all"], { figure })).toContain(`Wrote ${figure}`);
  expect(readFileSync(files.svg, "utf8")).toMatch(/^<svg/);
  expect(readFileSync(files.png).subarray(1, 4).toString()).toBe("PNG");
  expect(JSON.parse(readFileSync(files.json, "utf8")).$schema).toContain("vega-lite");
  const told = await compared(["few", "all"], { figure: files.svg, json: true });
  expect(JSON.parse(told).figure).toBe(files.svg);
});

test.each<[string, string]>([
  ["a.pdf", "the ending .pdf. Expected one of .svg, .png, .json"],
  ["figure", "no ending"],
])("a figure called %s is refused before anything is read", async (name, words) => {
  const error = await refused(["nowhere", "all"], { figure: at(name) });
  expect(error.message).toContain(words);
  expect(error.exitCode).toBe(2);
});

test("no file of either run is written over by a figure", async () => {
  for (const name of ["few", "all"]) {
    const before = readFileSync(at(name, "meta.json"));
    const error = await refused(["few", "all"], { figure: at(name, "meta.json") });
    expect(error.message).toContain("--figure");
    expect(error.message).toContain("is a file of the run");
    expect(readFileSync(at(name, "meta.json"))).toEqual(before);
  }
});

test("a figure where nothing can be written is told as such", async () => {
  writeFileSync(at("file"), "");
  const error = await refused(["few", "all"], { figure: at("file", "a.svg") });
  expect(error.exitCode).toBe(3);
  expect(error.message).toContain("part of that path is a file");
});

test("more features than there are cannot be compared", async () => {
  expect(await compared(["few", "all"], { topK: 4 })).toContain("the 4 best features");
  const error = await refused(["few", "all"], { topK: 5, figure: at("a.svg") });
  expect(error.message).toContain("--top-k 5: the dictionary of layer 1 in few has 4 features.");
  expect(existsSync(at("a.svg"))).toBe(false);
});
