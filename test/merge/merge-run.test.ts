import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { findParts } from "../../src/merge/found-parts.js";
import { mergeRun, partWarnings } from "../../src/merge/merge-run.js";
import { type PartSet, partSet } from "../../src/merge/part-set.js";
import type { Meta } from "../../src/runs/meta.js";
import { RunStore } from "../../src/runs/store.js";
import { rejectionOf } from "../fixtures/failure.js";
import { fidelityOf } from "../fixtures/fidelities.js";
import { factsOf, writePart } from "../fixtures/parts.js";
import { configOf, metaOf, runOf, writeRun } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

/** The parts of a run, with the token budgets that held. */
function parts(budgets = [4096, 4096]): PartSet {
  for (const [index, batch_tokens] of budgets.entries())
    writePart(at("run"), { part: index + 1, of: budgets.length }, factsOf({ batch_tokens }));
  return partSet(findParts([at("run")]));
}
const merge = (outDir: string, { overwrite = false, resume = false, examples = false } = {}) =>
  mergeRun({
    ...{ parts: parts(), outDir, overwrite, resume, examples },
    ...{ signal: new AbortController().signal, onNews: () => undefined },
  });
const merging = (...of: Parameters<typeof merge>) => rejectionOf(merge(...of));

describe("mergeRun refuses before it starts anything", () => {
  test("a folder that holds something else, even to overwrite it", async () => {
    mkdirSync(at("mine"));
    writeFileSync(at("mine", "notes.txt"), "");
    const error = await merging(at("mine"), { overwrite: true });
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain("holds files that are not a run");
    expect(readdirSync(at("mine"))).toEqual(["notes.txt"]);
  });

  test("a folder that holds a run, or a part of one, without --overwrite", async () => {
    writeRun(at("done"), runOf(metaOf(), { 1: [[1], [2]] }));
    writePart(at("other"), { part: 1, of: 2 }, null);
    expect((await merging(at("done"))).message).toMatch(
      /holds a finished run\. If these parts made it, leave it alone with --resume; replace it with --overwrite, or choose another --out-dir\./,
    );
    expect((await merging(at("other.part-1-of-2"))).message).toContain(
      "holds the unfinished part 1 of 2 of a run. Replace it with --overwrite",
    );
  });

  test("one of the parts, even to overwrite it", async () => {
    expect((await merging(at("run.part-2-of-2"), { overwrite: true })).message).toContain(
      "is one of the parts. Choose another folder.",
    );
  });

  test("parts without sums; nothing is made", async () => {
    expect((await merging(at("run"))).message).toMatch(
      /run\.part-1-of-2\/sums\/eng_Latn\.safetensors is missing or damaged/,
    );
    expect(readdirSync(at()).sort()).toEqual(["run.part-1-of-2", "run.part-2-of-2"]);
  });
});

describe("to resume", () => {
  const made = {
    merged_from: ["run.part-1-of-2", "run.part-2-of-2"],
    finished: "2025-01-01T00:00:06.000Z",
  };
  const write = (changes: Partial<Meta>) =>
    writeRun(at("run"), runOf(metaOf({ ...made, ...changes }), { 1: [[1], [2]] }));

  test("a run that these parts made already is left alone", async () => {
    write({});
    const before = readFileSync(at("run", "meta.json"), "utf8");
    expect(await merge(at("run"), { resume: true })).toBeNull();
    expect(readFileSync(at("run", "meta.json"), "utf8")).toBe(before);
    // And to merge where there is none yet is begun as ever.
    expect((await merging(at("new"), { resume: true })).message).toContain("is missing or damaged");
  });

  test.each<[string, Partial<Meta>]>([
    ["of no parts", { merged_from: null }],
    ["of others", { merged_from: ["run.part-1-of-1"] }],
    ["before one of the parts was finished", { finished: "2025-01-01T00:00:04.000Z" }],
  ])("a run that was made %s is refused", async (_, changes) => {
    write(changes);
    const { message, exitCode } = await merging(at("run"), { resume: true });
    expect(exitCode).toBe(2);
    expect(message).toContain("holds a run that was not made of these parts as they are now");
  });

  test("a run that was asked for otherwise is refused", async () => {
    write({});
    const config = JSON.stringify(configOf({ out_dir: at("run"), seed: 7 }));
    writeFileSync(at("run", "config.json"), config);
    expect((await merging(at("run"), { resume: true })).message).toContain("was not made of these");
  });
});

test("parts that lost what examples need are refused before it starts anything", async () => {
  const { finished } = parts()[0];
  for (const part of [1, 2]) {
    const store = await RunStore.resume(at(`run.part-${part}-of-2`));
    for (const language of finished.languages)
      await store.writePartSums({
        ...{ language, provenance: finished.provenance[language] ?? {} },
        texts: ["a", "b"].map((id) => ({ id, sha256: id })),
        ...{ tokens: Uint32Array.of(3, 4), own: Uint32Array.of(part - 1) },
        ...{ counted: Uint32Array.of(part), layers: new Map() },
      });
    await store.release();
  }
  const { message } = await merging(at("run"), { examples: true });
  expect(message).toMatch(
    /strongest\/eng_Latn\.safetensors is missing or damaged.* --no-examples$/,
  );
  expect(readdirSync(at()).sort()).toEqual(["run.part-1-of-2", "run.part-2-of-2"]);
});

describe("what a reader must know of parts", () => {
  const some = fidelityOf(["eng_Latn"], [1]);
  const other = fidelityOf(["eng_Latn"], [1], ["1 eng_Latn"]);

  test("is nothing where they went alike", () => {
    expect(partWarnings(parts(), [some, some])).toEqual([]);
    expect(partWarnings(parts(), [null, null])).toEqual([]);
  });

  test("is that some ran out of memory, with the batches of each", () => {
    expect(partWarnings(parts([4096, 1024, 4096]), [some, some, some])).toEqual([
      "parts of the run ran out of memory, so their last digits may be others than those of a run in one piece: parts 1, 3 in batches of up to 4096 tokens; part 2 in batches of up to 1024 tokens",
    ]);
  });

  test("is that they did not find the dictionaries to rebuild the same", () => {
    expect(partWarnings(parts([4096, 4096, 4096]), [some, other, some])).toEqual([
      "how well the dictionaries rebuild the languages came out otherwise in part 2 than in part 1, whose numbers these are",
    ]);
  });
});
