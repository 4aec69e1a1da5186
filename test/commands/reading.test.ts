import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { exportCsv } from "../../src/commands/export-csv.js";
import { runs } from "../../src/commands/runs.js";
import { show } from "../../src/commands/show.js";
import { topFeaturesCsv } from "../../src/runs/csv.js";
import { collectingOutput } from "../fixtures/output.js";
import { writePart } from "../fixtures/parts.js";
import { metaOf, runOf, writeRun } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const never = new AbortController().signal;

function written() {
  const run = runOf(metaOf({ warnings: ["odd \u001b[2J"] }), {
    1: [
      [3, 1, 2],
      [-3, -1, -2],
    ],
  });
  writeRun(at("tiny"), run);
  return run;
}

test("show prints the top features under what they are, and the run's warnings", async () => {
  written();
  const output = collectingOutput();
  await show(at("tiny"), { topK: 1, json: false }, output, never);
  const lines = output.results.split("\n");
  expect(lines[0]).toBe("tiny: embedded:model, udhr (dev), 2 languages, texts in each: 2");
  expect(lines.filter((line) => line.includes("eng_Latn") && line.includes("3.000"))).toHaveLength(
    1,
  );
  expect(output.results).toContain("warning: odd \u001b[2J");
});

test("show --json is the same features for machines", async () => {
  written();
  const output = collectingOutput();
  await show(at("tiny"), { topK: 2, language: "eng_Latn", json: true }, output, never);
  const { run, features } = JSON.parse(output.results);
  expect(run).toBe("tiny");
  expect(features.map(({ feature }: { feature: number }) => feature)).toEqual([0, 2]);
});

test("runs lists a folder's runs and parts of runs, and says how to make one where there are none", () => {
  written();
  const [list, none] = [collectingOutput(), collectingOutput()];
  runs(at(), { json: false }, list);
  expect(list.results).toMatch(/^tiny +done +demo +udhr +eng_Latn spa_Latn +1 +2 /m);
  writePart(at("cut"), { part: 1, of: 3 });
  writePart(at("cut"), { part: 2, of: 3 }, null);
  const parts = collectingOutput();
  runs(at(), { json: false }, parts);
  expect(parts.results).toMatch(/^cut\.part-1-of-3 +part 1\/3 done +demo /m);
  expect(parts.results).toMatch(/^cut\.part-2-of-3 +part 2\/3 interrupted +demo /m);
  mkdirSync(at("empty"));
  runs(at("empty"), { json: false }, none);
  expect(none.results).toContain("To make one: npx vscore compute");
});

test("export csv writes into the run's exports, or where it is told, or to stdout", async () => {
  const csv = topFeaturesCsv(written(), 2);
  const output = collectingOutput();
  await exportCsv(at("tiny"), { topK: 2 }, output, never);
  expect(readFileSync(at("tiny", "exports", "v_scores_tiny_top2.csv"), "utf8")).toBe(csv);
  await exportCsv(at("tiny"), { topK: 2, output: at("else.csv") }, output, never);
  expect(readFileSync(at("else.csv"), "utf8")).toBe(csv);
  const stdout = collectingOutput();
  await exportCsv(at("tiny"), { topK: 2, output: "-" }, stdout, never);
  expect(stdout.results).toBe(csv);
});

test("export csv never writes over a file of the run, whatever way leads there", async () => {
  written();
  const output = collectingOutput();
  mkdirSync(at("tiny", "sums"));
  writeFileSync(at("tiny", "sums", "eng_Latn.safetensors"), "sums");
  symlinkSync(at("tiny"), at("link"));
  symlinkSync(at("tiny", "meta.json"), at("table.csv"));
  const ways = [
    at("tiny", "meta.json"),
    at("link", "meta.json"),
    at("tiny", "sums", "eng_Latn.safetensors"),
    at("link", "sums", "new.csv"),
    at("table.csv"),
  ];
  for (const way of ways)
    await expect(exportCsv(at("tiny"), { topK: 2, output: way }, output, never)).rejects.toThrow(
      "is a file of the run itself",
    );
  const fine = [at("tiny", "exports", "a.csv"), at("link", "mine.csv")];
  for (const way of fine) await exportCsv(at("tiny"), { topK: 2, output: way }, output, never);
  expect(readFileSync(at("tiny", "mine.csv"), "utf8")).toBe(
    readFileSync(at("tiny", "exports", "a.csv"), "utf8"),
  );
});

test("export csv never writes over a file of another run either", async () => {
  written();
  writeRun(at("other"), runOf(metaOf(), { 1: [[1], [-1]] }));
  const files = ["meta.json", "run.lock", "sums/eng_Latn.safetensors"];
  for (const file of files)
    await expect(
      exportCsv(at("tiny"), { topK: 1, output: at("other", file) }, collectingOutput(), never),
    ).rejects.toThrow(`of the run in ${at("other")}`);
  await exportCsv(
    at("tiny"),
    { topK: 1, output: at("other", "mine.csv") },
    collectingOutput(),
    never,
  );
});

test("a folder that is not there has no runs to list", () => {
  expect(() => runs(at("nowhere"), { json: false }, collectingOutput())).toThrow("no folder");
});

test("where no other language has a feature, none is called its runner-up", async () => {
  const run = written();
  const [statistics] = run.statistics.values();
  statistics?.mean.fill(0, statistics.features);
  writeRun(at("alone"), run);
  const output = collectingOutput();
  await show(at("alone"), { topK: 1, language: "eng_Latn", json: false }, output, never);
  expect(output.results).toMatch(/eng_Latn .* 3\.000 {2}– /);
});
