import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { importResults } from "../../src/commands/import-results.js";
import {
  isPickle,
  placesOf,
  readResultFile,
  writeResult,
} from "../../src/exchange/import-results.js";
import { failureOf, rejectionOf } from "../fixtures/failure.js";
import { collectingOutput } from "../fixtures/output.js";
import { metaOf, runOf, writeRun } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const never = () => Promise.reject(new Error("no pickle was expected"));
const MATRIX = ",en,fr\nen,1.0,2.0\nfr,,4.0\n";
const { signal } = new AbortController();

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(at(name), content);
  return at(name);
}

test("a table with where it is from, written as JSON and as a table", async () => {
  const source = file("m.csv", MATRIX);
  const result = await readResultFile(source, never);
  const sha256 = createHash("sha256").update(MATRIX).digest("hex");
  expect(result.source).toEqual({ file: "m.csv", format: "csv", sha256 });
  const place = placesOf([source], at("out")).get(source) as string;
  expect(await writeResult(place, result)).toEqual([
    at("out", "m.csv.json"),
    at("out", "m.csv.matrix.csv"),
  ]);
  expect(readFileSync(at("out", "m.csv.matrix.csv"), "utf8")).toBe(MATRIX);
  expect(JSON.parse(readFileSync(place, "utf8"))).toEqual(result);
});

test("a pickle as the engine reads it; numbers that were lost are said", async () => {
  const source = file("f.pkl", "");
  const value = { fig5_data: { en: { fr: [null] } }, layers: [3] };
  const result = await readResultFile(source, async (asked) => {
    expect(asked).toBe(source);
    return { value, sha256: "abc", not_finite: 1 };
  });
  expect(result).toMatchObject({
    kind: "ablation-by-layer",
    source: { file: "f.pkl", format: "pickle", sha256: "abc" },
  });
  expect(result.warnings).toContain("1 numbers in the file are not finite; they are null");
});

test("what is no result is refused by what it has", async () => {
  const told = async (name: string, content: string | Uint8Array) =>
    (await rejectionOf(readResultFile(file(name, content), never))).message;
  expect(await told("a.csv", "x,y\n1,2\n")).toMatch(/a\.csv has the columns x, y\. Expected a /);
  expect(await told("b.csv", Uint8Array.of(0x2c, 0xff, 0xfe))).toContain("no text in UTF-8");
  const other = readResultFile(file("c.pkl", ""), async () => ({
    ...{ value: { steps: 1 }, sha256: "", not_finite: 0 },
  }));
  expect((await rejectionOf(other)).message).toContain("c.pkl has the keys steps. Expected");
  const bug = readResultFile(at("c.pkl"), () => Promise.reject(new TypeError("ours")));
  await expect(bug).rejects.toThrow(TypeError);
});

test("neither folders nor other endings are read, nor what is not there", () => {
  mkdirSync(at("folder.pkl"));
  expect(failureOf(() => isPickle(at("folder.pkl"))).message).toContain("is no file");
  expect(failureOf(() => isPickle(file("x.npy", ""))).message).toContain('ends in ".npy"');
  expect(failureOf(() => isPickle(at("none.pkl"))).message).toContain("cannot be read (ENOENT)");
  expect(isPickle(file("X.PKL", ""))).toBe(true);
  expect(isPickle(file("x.CSV", ""))).toBe(false);
});

test("places: one for each file, an earlier import's is used again, another's never", async () => {
  mkdirSync(at("a"));
  const files = [file("m.csv", MATRIX), file("a/m.csv", MATRIX)];
  expect(failureOf(() => placesOf(files, at("out"))).message).toContain("would both be written");
  const [first] = files as [string];
  const place = placesOf([first], at("out")).get(first) as string;
  await writeResult(place, await readResultFile(first, never));
  expect(placesOf([first], at("out")).get(first)).toBe(place);
  writeFileSync(place, '{"mine": 1}');
  expect(failureOf(() => placesOf([first], at("out"))).message).toContain("not made by an import");
});

test("nothing is imported into what a run consists of", () => {
  writeRun(at("run"), runOf(metaOf(), { 1: [[1], [-1]] }));
  const source = file("m.csv", MATRIX);
  const { message } = failureOf(() => placesOf([source], at("run", "sums")));
  expect(message).toContain("of the run in");
});

test("the command: a line a file, all of them read before one is written", async () => {
  const good = file("m.csv", MATRIX);
  const bad = file("bad.csv", "x\n");
  const output = collectingOutput();
  const options = { into: at("out"), json: false };
  await expect(importResults([good, bad], options, output, signal)).rejects.toThrow("columns x");
  expect(readdirSync(at())).not.toContain("out");
  await importResults([good], options, output, signal);
  expect(output.results).toMatch(/^m\.csv +interaction-matrix +en fr +not told +3 +1$/m);
  expect(readdirSync(at("out")).sort()).toEqual(["m.csv.json", "m.csv.matrix.csv"]);

  const json = collectingOutput();
  await importResults([good], { ...options, json: true }, json, signal);
  const { imported } = JSON.parse(json.results);
  expect(imported).toEqual([
    {
      source: { file: "m.csv", format: "csv", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      ...{ kind: "interaction-matrix", languages: ["en", "fr"], layers: null },
      ...{ numbers: 3, missing: 1, warnings: [] },
      written: [at("out", "m.csv.json"), at("out", "m.csv.matrix.csv")],
    },
  ]);
});
