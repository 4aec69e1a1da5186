import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { describe, expect, test } from "vitest";
import { findParts } from "../../src/merge/found-parts.js";
import { failureOf } from "../fixtures/failure.js";
import { writePart } from "../fixtures/parts.js";
import { configOf, metaOf, runOf, writeRun } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const found = (...words: string[]) =>
  findParts(words)
    .map(({ folder }) => folder)
    .toSorted();
const here = (...folders: string[]) => folders.map((folder) => relative(".", folder));

describe("a word means", () => {
  test("a part itself, with what it is of", () => {
    const folder = writePart(at("run"), { part: 1, of: 2 }, null, { seed: 7 });
    const [part] = findParts([folder]);
    expect(part).toMatchObject({ shard: { part: 1, of: 2 }, finished: null });
    expect(part?.config).toEqual(configOf({ out_dir: folder, seed: 7 }));
    expect(found(folder)).toEqual(here(folder));
  });

  test("the parts of the run that it names, which need not be there", () => {
    const parts = [1, 2].map((part) => writePart(at("run"), { part, of: 2 }));
    writePart(at("run-2"), { part: 1, of: 2 });
    mkdirSync(at("run.part-9-of-9"));
    expect(found(at("run"))).toEqual(here(...parts));
    mkdirSync(at("run"));
    expect(found(`${at("run")}/`)).toEqual(here(...parts));
  });

  test("the parts that lie in a folder, whatever they are called", () => {
    const parts = ["a", "b"].map((name, index) =>
      writePart("", { part: index + 1, of: 2 }, undefined, {}, at("parts", name)),
    );
    expect(found(at("parts"))).toEqual(here(...parts));
  });

  test("each part once, also where several words mean it, or a link", () => {
    const parts = [1, 2].map((part) => writePart(at("run"), { part, of: 2 }));
    symlinkSync(at("run.part-1-of-2"), at("link"));
    expect(found(at("run"), parts[0] as string, at("link"))).toHaveLength(2);
  });
});

describe("a word that means no part is refused:", () => {
  test("nothing is there", () => {
    const { message, exitCode } = failureOf(() => findParts([at("run")]));
    expect(exitCode).toBe(2);
    expect(message).toMatch(
      /^There is no part of a run at \S+\/run\. Expected a part, a folder that holds parts, or the run that they make\. npx vscore compute … --shard I\/N makes them; /,
    );
  });

  test("a whole run, finished or not", () => {
    writeRun(at("done"), runOf(metaOf(), { 1: [[1], [2]] }));
    mkdirSync(at("begun"));
    writeFileSync(at("begun", "config.json"), JSON.stringify(configOf()));
    for (const name of ["done", "begun"])
      expect(failureOf(() => findParts([at(name)])).message).toMatch(
        new RegExp(
          `${name} is a run, and no part of one\\. Expected parts of a run: npx vscore compute … --shard I/N makes them\\. To look at it: npx vscore show `,
        ),
      );
  });

  test("a part whose files are damaged", () => {
    const folder = writePart(at("run"), { part: 1, of: 2 });
    writeFileSync(at("run.part-1-of-2", "config.json"), "{");
    expect(failureOf(() => findParts([folder])).message).toContain("config.json is damaged");
    writeFileSync(at("run.part-1-of-2", "part.json"), "{");
    expect(failureOf(() => findParts([folder])).message).toContain("part.json is damaged");
  });
});
