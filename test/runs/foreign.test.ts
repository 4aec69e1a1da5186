import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { rank } from "../../src/reduce/v-score.js";
import { RUN_FILES } from "../../src/runs/files.js";
import { openForeignRun } from "../../src/runs/foreign.js";
import { readForeignMeta } from "../../src/runs/read.js";
import { failureOf } from "../fixtures/failure.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const before = process.env.XDG_CACHE_HOME;
beforeEach(() => {
  process.env.XDG_CACHE_HOME = at("cache");
});
afterEach(() => {
  if (before === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = before;
});

const ROWS = [Float64Array.of(3, 1, 2), Float64Array.of(-3, -1, -2)];

/** A foreign run whose `.pt` is some bytes, and a conversion that is counted. */
function foreign(meta: object, scores = "bytes") {
  mkdirSync(at("run"), { recursive: true });
  writeFileSync(at("run", RUN_FILES.meta), JSON.stringify(meta));
  writeFileSync(at("run", RUN_FILES.torchScores), scores);
  const asked: string[] = [];
  const open = async () => {
    const found = readForeignMeta(at("run"));
    if (found === null) throw new Error("not foreign");
    return openForeignRun(at("run"), found, async (path) => {
      asked.push(path);
      return new Map([
        [5, rank(ROWS)],
        [0, rank(ROWS)],
      ]);
    });
  };
  return { open, asked };
}

test("has the languages and, in rising order, the layers that it names or holds", async () => {
  const { open } = foreign({ languages: ["en", "fra_Latn"], model: "gemma-2b" });
  const run = await open();
  expect(run).toMatchObject({ name: "run", statistics: null });
  expect(run.meta).toMatchObject({ languages: ["en", "fra_Latn"], layers: [0, 5] });
  expect(run.meta.model).toBe("gemma-2b");
  expect([...(run.rankings.get(5)?.index ?? [])]).toEqual([0, 2, 1, 1, 2, 0]);
  const named = foreign({ languages: ["en", "fr"], layers: [5] });
  expect((await named.open()).meta.layers).toEqual([5]);
});

test("is converted once, outside its own folder; damage in what is kept only means once more", async () => {
  const { open, asked } = foreign({ languages: ["en", "fr"] });
  const read = async () => {
    const { rankings, ...run } = await open();
    return { ...run, rankings: new Map(rankings) };
  };
  const first = await read();
  expect(await read()).toEqual(first);
  expect(asked).toEqual([at("run", RUN_FILES.torchScores)]);
  expect(readdirSync(at("run")).sort()).toEqual([RUN_FILES.meta, RUN_FILES.torchScores].sort());
  const [kept] = readdirSync(at("cache", "vscore", "foreign")).map((name) =>
    at("cache", "vscore", "foreign", name),
  );
  const bytes = readFileSync(kept as string);
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
  writeFileSync(kept as string, bytes);
  expect(await read()).toEqual(first);
  expect(asked).toHaveLength(2);
});

test("another .pt in its place is converted anew", async () => {
  await foreign({ languages: ["en", "fr"] }, "one").open();
  const { open, asked } = foreign({ languages: ["en", "fr"] }, "two");
  await open();
  expect(asked).toHaveLength(1);
});

test("is read also where nothing can be kept", async () => {
  writeFileSync(at("cache"), "a file in the way");
  const { open, asked } = foreign({ languages: ["en", "fr"] });
  await open();
  expect((await open()).meta.layers).toEqual([0, 5]);
  expect(asked).toHaveLength(2);
});

test.each([
  [{ languages: ["en", "fr", "de"] }, "has 2 rows in layer 5, meta.json names 3 languages"],
  [{ languages: ["en", "fr"], layers: [0, 7] }, "has the layers 5, 0, meta.json names 7 too"],
])("scores that do not fit %j are refused", async (meta, words) => {
  await expect(foreign(meta).open()).rejects.toThrow(words);
});

test.each([
  [["en"], "languages:"],
  [["en", "en"], "expected each language once"],
  [["en", "../../x"], "expected a language code"],
  [["en", "=cmd()"], "expected a language code"],
  [["en", "\u001b[2J"], "expected a language code"],
  ["en", "languages:"],
])("languages such as %j are refused", (languages, words) => {
  foreign({ languages });
  const error = failureOf(() => readForeignMeta(at("run")));
  expect(error.exitCode).toBe(2);
  expect(error.message).toContain("is of the format of the original tool, and cannot be used");
  expect(error.message).toContain(words);
});

test.each([[[]], [[2, 2]], [["2"]], [[-1]]])("layers such as %j are refused", (layers) => {
  foreign({ languages: ["en", "fr"], layers });
  expect(failureOf(() => readForeignMeta(at("run"))).message).toContain("cannot be used: layers");
});

test("of a run of ours, the two files that every tool reads are enough", () => {
  foreign({ schema_version: 1, languages: ["en", "fr"] });
  expect(readForeignMeta(at("run"))).toMatchObject({ languages: ["en", "fr"] });
});

test("a run of ours, or a folder without meta.json, is not foreign", () => {
  foreign({ schema_version: 1, languages: ["en", "fr"] });
  writeFileSync(at("run", "v_scores.safetensors"), "");
  expect(readForeignMeta(at("run"))).toBeNull();
  expect(readForeignMeta(at("nowhere"))).toBeNull();
});
