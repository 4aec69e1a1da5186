import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { deleteRun } from "../../src/runs/delete-run.js";
import {
  finishedExperiments,
  LongExperiment,
  refuseOtherContent,
  writeExperiment,
  writeExperimentInto,
} from "../../src/runs/experiments.js";
import { failureOf, rejectionOf } from "../fixtures/failure.js";
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
      ["distances.csv", ""],
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
  writeRun(at("run"), runOf(metaOf(), {}));
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

test("a run that is replaced meanwhile does not get the result of the one before", async () => {
  writeRun(at("run"), runOf(metaOf(), {}));
  const experiment = await LongExperiment.begin(at("run"), "ablate", { a: 1 });
  writeRun(at("run"), runOf(metaOf({ started: "2025-02-01T00:00:00.000Z" }), {}));
  const error = await rejectionOf(experiment.finish({ done: true }, new Map()));
  expect(error.exitCode).toBe(2);
  expect(error.message).toContain("was deleted or replaced while it was at work");
  const part = await rejectionOf(experiment.writePart("x.safetensors", Uint8Array.of(1)));
  expect(part.message).toBe(error.message);
  await experiment.release();
  expect(finishedExperiments(at("run"), "ablate")).toEqual([]);
});

test("of a run that is deleted meanwhile nothing is made again", async () => {
  writeRun(at("run"), runOf(metaOf(), {}));
  const experiment = await LongExperiment.begin(at("run"), "ablate", { a: 1 });
  await experiment.writePart("x.safetensors", Uint8Array.of(1));
  await deleteRun(at("run"));
  const error = await rejectionOf(experiment.writePart("y.safetensors", Uint8Array.of(2)));
  expect(error.exitCode).toBe(2);
  expect(error.message).toContain("nothing was written");
  expect(existsSync(join(experiment.folder, "parts"))).toBe(false);
  await experiment.release();
  expect(existsSync(at("run"))).toBe(false);
  await rejectionOf(LongExperiment.begin(at("run"), "ablate", { a: 2 }));
  expect(existsSync(at("run"))).toBe(false);
});

test("nor is an experiment whose folder is gone", async () => {
  writeRun(at("run"), runOf(metaOf(), {}));
  const experiment = await LongExperiment.begin(at("run"), "ablate", { a: 1 });
  rmSync(at("run", "experiments"), { recursive: true });
  await rejectionOf(experiment.writePart("x.safetensors", Uint8Array.of(1)));
  await experiment.release();
  expect(existsSync(at("run", "experiments"))).toBe(false);
  expect(existsSync(at("run", "meta.json"))).toBe(true);
});

test("a folder that a person named takes an experiment, and the next of its kind in its place", async () => {
  const into = (result: unknown, name: string) =>
    writeExperimentInto(at("made", "here"), result, new Map([[name, "x"]]));
  refuseOtherContent(at("made", "here"), "cluster");
  await into({ experiment: "cluster", n: 1 }, "a.csv");
  refuseOtherContent(at("made", "here"), "cluster");
  await into({ experiment: "cluster", n: 2 }, "a.csv");
  expect(readdirSync(at("made", "here")).sort()).toEqual(["a.csv", "result.json"]);
  expect(JSON.parse(readFileSync(at("made", "here", "result.json"), "utf8")).n).toBe(2);
  expect(failureOf(() => refuseOtherContent(at("made", "here"), "other")).message).toContain(
    "holds other things",
  );
});

test("an earlier result does not stand beside what was written over it in part", async () => {
  const into = (files: Map<string, string>) =>
    writeExperimentInto(at("made"), { experiment: "cluster" }, files);
  await into(new Map());
  mkdirSync(at("made", "a.csv"));
  await expect(into(new Map([["a.csv", ""]]))).rejects.toThrow(/cannot be written/);
  expect(existsSync(at("made", "result.json"))).toBe(false);
});

test.each<[string, () => void, RegExp]>([
  ["a file", () => writeFileSync(at("place"), ""), /is a file. Expected a folder/],
  ["things of others", () => mkdirSync(at("place", "theirs"), { recursive: true }), /other things/],
  [
    "a result that is none",
    () => {
      mkdirSync(at("place"));
      writeFileSync(at("place", "result.json"), "null");
    },
    /other things/,
  ],
])("no experiment goes where there is %s", (_, make, words) => {
  make();
  const error = failureOf(() => refuseOtherContent(at("place"), "cluster"));
  expect(error.message).toMatch(words);
  expect(error.exitCode).toBe(2);
});
