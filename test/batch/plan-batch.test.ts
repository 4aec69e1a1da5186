import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readBatch } from "../../src/batch/batch-file.js";
import { planBatch } from "../../src/batch/plan-batch.js";
import { FLORES_PLUS } from "../../src/config/flores-plus.js";
import type { PartialConfig } from "../../src/config/schema.js";
import { failureOf } from "../fixtures/failure.js";
import { writePart } from "../fixtures/parts.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

const entry = (name: string, asked: PartialConfig = {}) => ({
  place: `b.yaml, ${name}`,
  name,
  asked: { model: "demo", n_texts_per_lang: 2, ...asked },
});

const refusal = (...entries: ReturnType<typeof entry>[]): string => {
  const error = failureOf(() => planBatch(entries, at("runs")));
  expect(error.exitCode).toBe(2);
  return error.message;
};

test("a run's folder is its name below the root, unless it says another", () => {
  const planned = planBatch(
    [entry("a"), entry("b", { out_dir: at("runs", "x", "y") })],
    at("runs"),
  );
  expect(planned.map(({ config }) => config.out_dir)).toEqual([at("runs", "a"), at("runs/x/y")]);
  expect(planned.map(({ site }) => site)).toEqual(["free", "free"]);
});

test("every wrong entry is named by its place before anything starts", () => {
  const message = refusal(
    entry("a", { layers: ["x"] }),
    entry("fine"),
    entry("b", { model: "gpt-9" }),
    entry("c", { languages: ["eng_Latn", "xxx_Latn"] }),
  );
  expect(message).toMatch(/^b\.yaml, a: --layers: found "x"/m);
  expect(message).toMatch(/^b\.yaml, b: --model: found "gpt-9"/m);
  expect(message).toMatch(/^b\.yaml, c: --languages: udhr .* has no xxx_Latn/m);
  expect(message).not.toContain("fine");
  expect(message).toContain("Nothing was started.");
});

test("two runs may not share a folder, whatever it is called", () => {
  mkdirSync(at("runs", "a"), { recursive: true });
  symlinkSync(at("runs", "a"), at("runs", "link"));
  expect(refusal(entry("a"), entry("link"))).toContain(
    `b.yaml, link: its folder ${at("runs", "link")} is that of b.yaml, a too`,
  );
});

test.each(["../elsewhere", "x/../../elsewhere", "/elsewhere", ".", "out/x"])(
  "an out_dir such as %s does not leave the root",
  (out_dir) => {
    mkdirSync(at("runs"));
    mkdirSync(at("outside"));
    symlinkSync(at("outside"), at("runs", "out"));
    const target = out_dir.startsWith("/") ? out_dir : at("runs", out_dir);
    expect(refusal(entry("a", { out_dir: target }))).toContain("does not lie below");
  },
);

test("a folder with something else in it is refused", () => {
  mkdirSync(at("runs", "a"), { recursive: true });
  writeFileSync(at("runs", "a", "thesis.tex"), "");
  expect(refusal(entry("a"))).toContain("holds files that are not a run");
});

test("a folder with a part of a run is refused, with what computes parts", () => {
  writePart(at("runs", "a"), { part: 1, of: 2 }, null, {}, at("runs", "a"));
  expect(refusal(entry("a"))).toMatch(
    /a holds the unfinished part 1 of 2 of a run\. Expected a run, or nothing\. .*--shard I\/N/,
  );
});

test("the batch of all languages that comes with vscore is one run a model", () => {
  const planned = planBatch(readBatch(["scripts/run_atlas.yaml"]), at());
  expect(planned.map(({ name }) => name)).toEqual(["atlas_gemma-2b", "atlas_qwen3-0.6b"]);
  for (const { config } of planned) expect(config.languages).toEqual([...FLORES_PLUS.keys()]);
});
