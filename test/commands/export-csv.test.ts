import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { type CsvOptions, exportCsv } from "../../src/commands/export-csv.js";
import { topFeaturesCsv } from "../../src/runs/csv.js";
import { collectingOutput } from "../fixtures/output.js";
import { metaOf, runOf, scopeFacts, writeRun } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const ROWS = [
  [3, 1, 2],
  [-3, -1, -2],
];
const run = runOf(
  metaOf({
    ...{ model_id: "google/gemma-2-2b", model_revision: "beef", layers: [22, 20, 21] },
    dictionaries: [scopeFacts(22, 72), scopeFacts(20, 71), scopeFacts(21, 70)],
  }),
  { 20: ROWS, 21: ROWS, 22: ROWS },
);
beforeEach(() => writeRun(at("tiny"), run));

async function exported(options: Partial<CsvOptions>) {
  const output = collectingOutput();
  await exportCsv(at("tiny"), { topK: 2, ...options }, output, new AbortController().signal);
  return output;
}
const read = (...path: string[]) => readFileSync(at(...path), "utf8");

test("chosen layers rise, stand in the file's name, and have their dictionaries beside them", async () => {
  const { results, notes } = await exported({ layers: [22, 20, 22] });
  const name = "v_scores_tiny_layers20-22_top2";
  expect(readdirSync(at("tiny", "exports")).sort()).toEqual([
    `${name}.csv`,
    `${name}.dictionaries.json`,
  ]);
  const csv = read("tiny", "exports", `${name}.csv`);
  expect(csv).toBe(topFeaturesCsv(run, 2, [20, 22]));
  const beside = JSON.parse(read("tiny", "exports", `${name}.dictionaries.json`));
  expect(beside).toMatchObject({
    ...{ csv: `${name}.csv`, csv_sha256: createHash("sha256").update(csv).digest("hex") },
    ...{ run: "tiny", model_id: "google/gemma-2-2b", model_revision: "beef", top_k: 2 },
  });
  expect(beside.dictionaries.map(({ layer }: { layer: number }) => layer)).toEqual([20, 22]);
  expect(results).toMatch(/^Wrote \S+\.csv\nWrote \S+\.dictionaries\.json\n$/);
  expect(notes).toContain("lacks layer 21 of");
  expect(notes).toMatch(/sae_id that \S+_top2\.dictionaries\.json names/);
});

test("a layer that the run lacks is refused before anything is written", async () => {
  await expect(exported({ layers: [20, 7, "x"] })).rejects.toThrow(
    "--layers: found 7, x, the run tiny has the layers 22, 20, 21. Choose among them.",
  );
  expect(existsSync(at("tiny", "exports"))).toBe(false);
});

test("a named file has its dictionaries beside it, whatever its ending", async () => {
  await exported({ output: at("there", "a.csv") });
  await exported({ output: at("there", "table.txt") });
  expect(readdirSync(at("there")).sort()).toEqual([
    ...["a.csv", "a.dictionaries.json", "table.txt", "table.txt.dictionaries.json"],
  ]);
  expect(JSON.parse(read("there", "a.dictionaries.json")).csv).toBe("a.csv");
});

test("on stdout there is the CSV alone; what to know of it is told all the same", async () => {
  const { results, notes } = await exported({ output: "-", layers: [20] });
  expect(results).toBe(topFeaturesCsv(run, 2, [20]));
  expect(notes).toContain("lacks layers 21, 22 of");
  expect(notes).toMatch(/sae_id that \S*tiny\/meta\.json names/);
  const nothing = await exported({ output: "/dev/null" });
  expect(nothing.results).toBe("Wrote /dev/null\n");
});

test("dictionaries are never written over a file of a run, and then the CSV is not written either", async () => {
  mkdirSync(at("there"));
  symlinkSync(at("tiny", "meta.json"), at("there", "a.dictionaries.json"));
  await expect(exported({ output: at("there", "a.csv") })).rejects.toThrow(
    "a.dictionaries.json is a file of the run itself",
  );
  expect(readdirSync(at("there"))).toEqual(["a.dictionaries.json"]);
  expect(JSON.parse(read("tiny", "meta.json")).schema_version).toBe(1);
});

test("a run that does not tell its dictionaries has none beside its CSV", async () => {
  writeRun(at("tiny"), runOf(metaOf({ layers: [20] }), { 20: ROWS }));
  const { notes } = await exported({});
  expect(readdirSync(at("tiny", "exports"))).toEqual(["v_scores_tiny_top2.csv"]);
  expect(notes).toContain("warning: the run does not tell which dictionaries");
});
