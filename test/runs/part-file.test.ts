import { writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { RUN_FILES } from "../../src/runs/files.js";
import { isFinishedPart, isPart, readPart } from "../../src/runs/part-file.js";
import { openRun } from "../../src/runs/read.js";
import { isFinishedRun, siteOf } from "../../src/runs/site.js";
import { failureOf } from "../fixtures/failure.js";
import { factsOf, writePart } from "../fixtures/parts.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const SHARD = { part: 2, of: 4 };

describe("a part of a run", () => {
  test("reads back as it was written, finished or not", () => {
    const [begun, done] = [writePart(at("a"), SHARD, null), writePart(at("b"), SHARD)];
    expect(readPart(begun)).toEqual({ schema_version: 1, shard: SHARD, finished: null });
    expect(readPart(done).finished).toEqual(factsOf());
    expect([begun, done, at()].map(isFinishedPart)).toEqual([false, true, false]);
    expect([begun, done, at()].map(isPart)).toEqual([true, true, false]);
  });

  test("is no run, neither at an out-dir nor to a reader, who is told what it is and what makes the run", () => {
    const [begun, done] = [writePart(at("a"), SHARD, null), writePart(at("b"), SHARD)];
    expect([begun, done].map((folder) => siteOf(folder))).toEqual(["part", "part"]);
    expect([begun, done].map(isFinishedRun)).toEqual([false, false]);
    expect(failureOf(() => openRun(done)).message).toMatch(
      /b\.part-2-of-4 is part 2 of 4 of a run\. Expected a run, which all parts make together: npx vscore merge \S*\/b$/,
    );
    expect(failureOf(() => openRun(begun)).message).toMatch(
      /is part 2 of 4 of a run, and unfinished\. Expected a run\. Go on with: npx vscore compute --resume --out-dir \S*a\.part-2-of-4\. Once all parts are there: npx vscore merge \S*\/a$/,
    );
  });

  test("in a folder of another name says so too, and asks for its parts", () => {
    const folder = writePart(at("a"), SHARD, factsOf(), {}, at("moved"));
    expect(failureOf(() => openRun(folder)).message).toContain("npx vscore merge PART…");
  });

  test.each([
    ["that is no JSON", "{"],
    [
      "of no part",
      JSON.stringify({ schema_version: 1, shard: { part: 5, of: 4 }, finished: null }),
    ],
  ])("with a file %s is refused, with the way on", (_, content) => {
    const folder = writePart(at("a"), SHARD);
    writeFileSync(at("a.part-2-of-4", RUN_FILES.part), content);
    for (const read of [readPart, openRun]) {
      const { message, exitCode } = failureOf(() => read(folder));
      expect(exitCode).toBe(2);
      expect(message).toMatch(/part\.json is damaged.*Restore it, or compute the part anew/);
    }
  });
});
