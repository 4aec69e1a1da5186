import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { deleteRun } from "../../src/runs/delete-run.js";
import {
  finishedExperiments,
  LongExperiment,
  writeExperiment,
} from "../../src/runs/experiments.js";
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

test("a long experiment goes on with what is finished of the same request, and of no other", async () => {
  mkdirSync(at("run"));
  const begin = (request: object) => LongExperiment.begin(at("run"), "ablate", request);
  const first = await begin({ a: 1 });
  await first.writePart("x.safetensors", Uint8Array.of(1, 2));
  await expect(begin({ a: 1 })).rejects.toThrow(/is in use by process/);
  await first.release();
  const other = await begin({ a: 2 });
  expect(other.isResumed).toBe(false);
  expect(other.part("x.safetensors")).toBeUndefined();
  await other.release();
  const again = await begin({ a: 1 });
  expect(again.isResumed).toBe(true);
  expect([...(again.part("x.safetensors") ?? [])]).toEqual([1, 2]);
  expect(finishedExperiments(at("run"), "ablate")).toEqual([]);
  await again.finish({ done: true }, new Map([["rows.safetensors", Uint8Array.of(3)]]));
  await again.release();
  expect(finishedExperiments(at("run"), "ablate")).toEqual([again.folder]);
  expect(readdirSync(again.folder).sort()).toEqual([
    "request.json",
    "result.json",
    "rows.safetensors",
  ]);
  const next = await begin({ a: 1 });
  expect(next.isResumed).toBe(false);
  expect(next.folder).not.toBe(again.folder);
  await next.release();
});
