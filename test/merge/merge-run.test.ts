import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { findParts } from "../../src/merge/found-parts.js";
import { mergeRun, partWarnings } from "../../src/merge/merge-run.js";
import { type PartSet, partSet } from "../../src/merge/part-set.js";
import { RunStore } from "../../src/runs/store.js";
import { rejectionOf } from "../fixtures/failure.js";
import { fidelityOf } from "../fixtures/fidelities.js";
import { factsOf, writePart } from "../fixtures/parts.js";
import { metaOf, runOf, writeRun } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

/** The parts of a run, with the token budgets that held. */
function parts(budgets = [4096, 4096]): PartSet {
  for (const [index, batch_tokens] of budgets.entries())
    writePart(at("run"), { part: index + 1, of: budgets.length }, factsOf({ batch_tokens }));
  return partSet(findParts([at("run")]));
}
const merging = (outDir: string, overwrite = false, examples = false) =>
  rejectionOf(
    mergeRun({
      ...{ parts: parts(), outDir, overwrite, examples },
      ...{ signal: new AbortController().signal, onNews: () => undefined },
    }),
  );

describe("mergeRun refuses before it starts anything", () => {
  test("a folder that holds something else, even to overwrite it", async () => {
    mkdirSync(at("mine"));
    writeFileSync(at("mine", "notes.txt"), "");
    const error = await merging(at("mine"), true);
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain("holds files that are not a run");
    expect(readdirSync(at("mine"))).toEqual(["notes.txt"]);
  });

  test("a folder that holds a run, or a part of one, without --overwrite", async () => {
    writeRun(at("done"), runOf(metaOf(), { 1: [[1], [2]] }));
    writePart(at("other"), { part: 1, of: 2 }, null);
    expect((await merging(at("done"))).message).toMatch(
      /holds a finished run\. Replace it with --overwrite, or choose another --out-dir\./,
    );
    expect((await merging(at("other.part-1-of-2"))).message).toContain(
      "holds the unfinished part 1 of 2 of a run. Replace it with --overwrite",
    );
  });

  test("one of the parts, even to overwrite it", async () => {
    expect((await merging(at("run.part-2-of-2"), true)).message).toContain(
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
  const { message } = await merging(at("run"), false, true);
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
