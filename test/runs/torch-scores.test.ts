import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { RUN_FILES } from "../../src/runs/files.js";
import { openScores } from "../../src/runs/score-files.js";
import { readTorchScores, writeOriginalFormat } from "../../src/runs/torch-scores.js";
import { metaOf, runOf } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const run = runOf(metaOf({ warnings: ["odd"] }), {
  1: [
    [3, 1, 2],
    [-3, -1, -2],
  ],
});

test("the original format is the scores and the meta.json, without the version that tells a run of ours", async () => {
  let temporary = "";
  await writeOriginalFormat(at("out"), run, async (source, target, layers) => {
    expect(layers).toEqual([1]);
    expect(existsSync(at("out", RUN_FILES.meta))).toBe(false);
    temporary = dirname(source);
    copyFileSync(source, target);
  });
  const meta = JSON.parse(readFileSync(at("out", RUN_FILES.meta), "utf8"));
  const { schema_version: _, ...rest } = run.meta;
  expect(meta).toEqual(rest);
  const scores = at("out", RUN_FILES.torchScores);
  expect(new Map(openScores(scores).layers)).toEqual(run.rankings);
  expect(await readTorchScores(scores, async (from, to) => copyFileSync(from, to))).toEqual(
    run.rankings,
  );
  expect(existsSync(temporary)).toBe(false);
});

test("a conversion that fails leaves nothing behind", async () => {
  let temporary = "";
  const failing = async (source: string) => {
    temporary = dirname(source);
    throw new Error("no");
  };
  await expect(writeOriginalFormat(at("out"), run, failing)).rejects.toThrow("no");
  expect(existsSync(at("out", RUN_FILES.meta))).toBe(false);
  expect(existsSync(temporary)).toBe(false);
});
