import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { FLORES_PLUS } from "../../src/config/flores-plus.js";
import { findings } from "../../src/report/findings.js";
import { writeReport } from "../../src/report/write-report.js";
import { isOtherReport } from "../../src/runs/files.js";
import { rankedBy } from "../../src/runs/rank-by.js";
import { type FinishedRun, openRun } from "../../src/runs/read.js";
import { CHART_KINDS, isOfControls } from "../../src/views/charts/kinds.js";
import { clusteringOf, drawnOf } from "../fixtures/clusterings.js";
import { writeControlledRun } from "../fixtures/controlled-run.js";
import { withEvidence } from "../fixtures/evidence.js";
import { manyLanguageRun, writeRun } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";
import { examples, threeLanguageRun } from "../fixtures/tui.js";

const at = useTempFolder();
/** Of a run without controls. */
const DRAWN = CHART_KINDS.filter((kind) => !isOfControls(kind));

test("every figure is there as SVG and PNG, and in the page", async () => {
  const written = await writeReport(withEvidence(threeLanguageRun()), at());
  const expected = DRAWN.flatMap((kind) => [`${kind}.png`, `${kind}.svg`]).sort();
  expect(readdirSync(at("figures")).sort()).toEqual(expected);
  const html = readFileSync(written.page, "utf8");
  for (const kind of DRAWN) expect(html).toContain(`id="figure-${kind}"`);
  expect(html.length).toBeLessThan(6e6);
  expect(written.left_out).toEqual([]);
});

test("a run with controls has their table in the section of their figure, folded", async () => {
  writeControlledRun(at("run"), ["shuffled"]);
  const { page } = await writeReport(openRun(at("run")), at("out"));
  const [section] = /<section id="controls">.*?<\/section>/s.exec(readFileSync(page, "utf8")) ?? [];
  const [table] = /<details><summary>.*?<pre>.*?<\/pre>/s.exec(section ?? "") ?? [];
  expect(table?.match(/^ *1 {2}(eng|fra|jpn)_\w+ .*$/gm)).toHaveLength(3);
  expect(table).toMatch(/nothing about the word order of fra_Latn/);
});

test("of a run of another tool, what needs means is left out and said to be", async () => {
  const foreign = {
    ...threeLanguageRun(),
    statistics: null,
    meta: { languages: ["eng_Latn", "fra_Latn", "tha_Thai"], layers: [1, 2] },
  };
  const { left_out, figures } = await writeReport(foreign, at());
  expect(left_out).toEqual(["features", "specialisation", "stability", "learning"]);
  expect(figures).toHaveLength(2 * (DRAWN.length - 4));
});

test("texts of a gated corpus are on the page only where that is asked for", async () => {
  const run = threeLanguageRun() as FinishedRun;
  run.meta.corpus = "flores";
  writeRun(at("gated"), run);
  writeFileSync(at("gated", "examples.json"), JSON.stringify(examples));
  const pageOf = async (gatedTexts: boolean) =>
    readFileSync((await writeReport(run, at("out"), { gatedTexts })).page, "utf8");
  const without = await pageOf(false);
  expect(without).not.toContain("日本語");
  expect(without).toContain("gated corpus");
  expect(await pageOf(true)).toContain("日本語");
});

test("by another measure it says so at every table and figure, and leaves the one by v alone", async () => {
  const run = withEvidence(threeLanguageRun());
  await writeReport(run, at());
  const before = readdirSync(at("figures"));
  const written = await writeReport(rankedBy(run as FinishedRun, "margin", 1), at());
  expect(written.page).toBe(at("report-by-margin.html"));
  expect(written.left_out).toEqual(["stability", "learning"]);
  expect(readdirSync(at("figures")).filter((name) => !before.includes(name))).toHaveLength(
    2 * (DRAWN.length - 2),
  );
  expect(isOtherReport("report-by-margin.html")).toBe(true);
  const html = readFileSync(written.page, "utf8");
  expect(html).toContain("features by margin</h1>");
  expect(html).toContain("is the one with the highest margin.");
  expect(html).toMatch(/<h3>.*?ranked by [\d.]+; v [\d.]+/);
  expect(written.sentences[0]).toMatch(
    /^Best features are those by margin, not by v\. margin\(f, L\) =/,
  );
  // What every feature is of one language alone says nothing of what two have in common.
  const alone = rankedBy(run as FinishedRun, "tau");
  expect(findings({ ...alone, ranked: new Map() }).join()).not.toMatch(/share/);
});

test("of many languages there is a map, what has no room is left out, and sentences stay short", async () => {
  const codes = [...FLORES_PLUS.keys()];
  const run = manyLanguageRun(codes);
  const places = codes.map((language, at) => ({ language, x: at % 15, y: Math.floor(at / 15) }));
  const result = clusteringOf({ languages: codes, clusters: [codes], map: places });
  const written = await writeReport(run, at(), { clusters: drawnOf(result) });
  expect(readdirSync(at("figures"))).toContain("map.svg");
  expect(written.crowded).toContain("overlap");
  expect(readdirSync(at("figures"))).not.toContain("overlap.svg");
  for (const sentence of written.sentences) expect(sentence.slice(1500)).toBe("");
  const html = readFileSync(written.page, "utf8");
  expect(html).toContain('id="figure-map"');
  expect(html).toContain("The clusters, as a table");
  expect(html.length).toBeLessThan(6e6);
});
