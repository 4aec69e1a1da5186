import { writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { relative } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findParts } from "../../src/merge/found-parts.js";
import { partSet, wholeFolder } from "../../src/merge/part-set.js";
import { LOCK } from "../../src/runs/lock.js";
import { failureOf } from "../fixtures/failure.js";
import { loadedOf } from "../fixtures/loaded.js";
import { factsOf, writePart } from "../fixtures/parts.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
/** A folder of the test as messages have it. */
const here = (name: string) => relative(".", at(name));
const write = (...parts: number[]) =>
  parts.map((part) => writePart(at("run"), { part, of: 4 }, factsOf()));
const refusal = (...words: string[]) => {
  const { message, exitCode } = failureOf(() => partSet(findParts(words)));
  expect(exitCode).toBe(2);
  return message;
};

test("all parts, in whatever order they are named, come from the first to the last", () => {
  const folders = write(1, 2, 3, 4);
  fc.assert(
    fc.property(fc.shuffledSubarray(folders, { minLength: 4 }), (words) => {
      const parts = partSet(findParts(words));
      expect(parts.map(({ shard }) => shard.part)).toEqual([1, 2, 3, 4]);
    }),
    { numRuns: 10 },
  );
});

describe("are refused:", () => {
  test("some that are missing, with the commands that make them", () => {
    write(1, 3);
    const way = (part: number) =>
      `  npx vscore compute --config ${here("run.part-1-of-4")}/config.json --out-dir ${here("run")} --shard ${part}/4 --resume`;
    expect(refusal(at("run"))).toBe(
      [
        "Of the 4 parts of this run 2 are missing: 2, 4. Compute them:",
        way(2),
        way(4),
        "Expected all 4 parts, finished. Then merge again.",
      ].join("\n"),
    );
    write(2);
    expect(refusal(at("run"))).toMatch(
      /^Of the 4 parts of this run one is missing: 4\. Compute it:/,
    );
  });

  test("what is missing and what is not finished are told together", () => {
    write(1, 3);
    writePart(at("run"), { part: 2, of: 4 }, null);
    expect(refusal(at("run")).split("\n")).toEqual([
      "Of the 4 parts of this run one is missing: 4. Compute it:",
      expect.stringMatching(/--shard 4\/4 --resume$/),
      "Not finished: part 2 of 4.",
      expect.stringMatching(/^ {2}part 2 of 4 was interrupted: npx vscore compute --resume/),
      "Expected all 4 parts, finished. Then merge again.",
    ]);
  });

  test("many that are missing, with the first commands", () => {
    writePart(at("run"), { part: 1, of: 100 });
    const message = refusal(at("run"));
    expect(message).toContain("99 are missing: 2, 3, 4");
    expect(message.split("\n")).toHaveLength(8);
    expect(message).toMatch(/--shard 6\/100 --resume\n {2}and so on, 94 more\n/);
  });

  test("the same part twice", () => {
    write(1, 2, 3, 4);
    writePart("", { part: 2, of: 4 }, factsOf(), {}, at("copy"));
    expect(refusal(at("run"), at("copy"))).toBe(
      `Found part 2 of 4 more than once: ${here("run.part-2-of-4")}, ${here("copy")}. Expected each part once. Name one of them, or delete the others.`,
    );
  });

  test("parts of two divisions", () => {
    write(1, 2);
    const other = writePart(at("run"), { part: 1, of: 3 });
    expect(refusal(at("run.part-1-of-4"), at("run.part-2-of-4"), other)).toBe(
      `Found parts of 4 (${here("run.part-1-of-4")}, ${here("run.part-2-of-4")}) and parts of 3 (${here("run.part-1-of-3")}). Expected the parts of one division of the run. Name each part that belongs to it, or delete the others.`,
    );
  });

  test("parts of runs that were asked for otherwise, with both values of each key", () => {
    write(1, 2, 3);
    writePart(at("run"), { part: 4, of: 4 }, factsOf(), { seed: 7, layers: [1, 2] });
    expect(refusal(at("run"))).toBe(
      `The parts are not of one run: part 1 of 4 (${here("run.part-1-of-4")}) and part 4 of 4 (${here("run.part-4-of-4")}) were asked for with layers [1] and [1,2]; seed 0 and 7. Expected the same options, but for --shard. Name the parts of one run.`,
    );
  });

  test("parts that are not finished, with the way on; who is at work on one is waited for", () => {
    write(1, 2);
    writePart(at("run"), { part: 3, of: 4 }, null);
    const folder = writePart(at("run"), { part: 4, of: 4 }, null);
    const holder = { pid: process.pid, host: hostname(), since: "2025-01-01T00:00:00Z" };
    writeFileSync(`${folder}/${LOCK}`, JSON.stringify(holder));
    expect(refusal(at("run"))).toBe(
      [
        "Not finished: part 3 of 4, part 4 of 4.",
        `  part 3 of 4 was interrupted: npx vscore compute --resume --out-dir ${here("run.part-3-of-4")}`,
        `  part 4 of 4 is being computed by process ${process.pid} on ${hostname()}: wait for it`,
        "Expected all 4 parts, finished. Then merge again.",
      ].join("\n"),
    );
  });

  test("parts that were not made alike, with what differs", () => {
    write(1, 2, 4);
    const provenance = {
      eng_Latn: { model: "tiny/model@abd", threads: "2", texts: "aa" },
      spa_Latn: { model: "tiny/model@abd", threads: "2", texts: "cc" },
    };
    writePart(at("run"), { part: 3, of: 4 }, factsOf({ provenance, vscore_version: "0.2.0" }));
    expect(refusal(at("run"))).toBe(
      `The parts were not made alike: part 1 of 4 (${here("run.part-1-of-4")}) and part 3 of 4 (${here("run.part-3-of-4")}) with vscore 0.1.0 and 0.2.0; model tiny/model@abc and tiny/model@abd; texts of spa_Latn bb and cc. Expected the same of all, as of a run that one process computes. Compute one of them anew, as the others were: npx vscore compute --config ${here("run.part-1-of-4")}/config.json --out-dir ${here("run")} --shard 3/4 --overwrite`,
    );
  });
});

test("the number of a device, warnings and times may differ from part to part", () => {
  write(1, 2, 3);
  const loaded = loadedOf({ device: "cuda:1", warnings: ["slow"] });
  const changes = { loaded, warnings: ["slow"], duration_s: 9, batch_tokens: 2048, resumed: 2 };
  writePart(at("run"), { part: 4, of: 4 }, factsOf(changes));
  expect(partSet(findParts([at("run")]))).toHaveLength(4);
});

describe("the run's folder", () => {
  test("is that of its parts, as it was asked for", () => {
    const config = (part: number) => ({ out_dir: `${at("run")}.part-${part}-of-2` });
    for (const part of [1, 2]) writePart(at("run"), { part, of: 2 }, factsOf(), config(part));
    expect(wholeFolder(partSet(findParts([at("run")])))).toBe(at("run"));
  });

  test("is beside parts that were moved", () => {
    for (const part of [1, 2])
      writePart(at("run"), { part, of: 2 }, factsOf(), { out_dir: `x.part-${part}-of-2` });
    expect(wholeFolder(partSet(findParts([at("run")])))).toBe(here("run"));
  });

  test("has to be named where the parts' folders do not", () => {
    for (const part of [1, 2])
      writePart("", { part, of: 2 }, factsOf(), {}, at("parts", String(part)));
    const parts = partSet(findParts([at("parts")]));
    expect(failureOf(() => wholeFolder(parts)).message).toMatch(
      /^The folders of the parts do not name the run that they make \(\S*parts\/1, …\)\. Expected names such as \S*parts\/RUN\.part-1-of-2\. Say where the run is to go: --out-dir FOLDER$/,
    );
  });
});
