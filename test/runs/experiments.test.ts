import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { deleteRun } from "../../src/runs/delete-run.js";
import { writeExperiment } from "../../src/runs/experiments.js";
import { metaOf, runOf, writeRun } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const write = (files = new Map<string, string>()) =>
  writeExperiment(at("run"), "codeswitch", { a: 1 }, files);

test("every experiment has a folder of its own, also of two at the same time", async () => {
  mkdirSync(at("run"));
  const folders = await Promise.all([write(), write(), write()]);
  expect(new Set(folders).size).toBe(3);
  expect(readdirSync(at("run", "experiments")).sort()).toEqual([
    ...["codeswitch-1", "codeswitch-2", "codeswitch-3"],
  ]);
  expect(JSON.parse(readFileSync(`${folders[0]}/result.json`, "utf8"))).toEqual({ a: 1 });
});

test("one that could not be written whole has no result", async () => {
  mkdirSync(at("run"));
  writeFileSync(at("run", "experiments"), "");
  await expect(write()).rejects.toThrow(/cannot be written/);
});

test("with its run, an experiment is deleted; what people put beside it stays", async () => {
  const run = runOf(metaOf(), { 1: [[1], [-1]] });
  writeRun(at("run"), run);
  await write(
    new Map([
      ["rows.jsonl", ""],
      ["own-feature.svg", ""],
    ]),
  );
  expect(await deleteRun(at("run"))).toBe(true);
  expect(existsSync(at("run"))).toBe(false);
  writeRun(at("run"), run);
  await write();
  writeFileSync(at("run", "experiments", "codeswitch-1", "notes.txt"), "mine");
  expect(await deleteRun(at("run"))).toBe(false);
  expect(readdirSync(at("run", "experiments", "codeswitch-1"))).toEqual(["notes.txt"]);
});
