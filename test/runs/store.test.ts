import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { StrongestTexts } from "../../src/reduce/strongest-texts.js";
import { deleteRun } from "../../src/runs/delete-run.js";
import { storedEvents } from "../../src/runs/events.js";
import {
  EARLIER_RUN,
  RUN_FILES,
  strongestFile,
  sumsFile,
  UNFINISHED,
} from "../../src/runs/files.js";
import { readPart } from "../../src/runs/part-file.js";
import { siteOf, storedConfig } from "../../src/runs/site.js";
import { RunStore } from "../../src/runs/store.js";
import type { LanguageSums } from "../../src/runs/sums-file.js";
import { failureOf, rejectionOf } from "../fixtures/failure.js";
import { token } from "../fixtures/frames.js";
import { factsOf } from "../fixtures/parts.js";
import { configOf, metaOf } from "../fixtures/runs.js";
import { DROP, inMemory, languageSums } from "../fixtures/sums.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const CONFIG = configOf();
const SUMS = languageSums("eng_Latn", { 1: [[token(0, [0, 1])]] }, 1);

describe("create", () => {
  test("makes the folder, with the config first of all", async () => {
    const store = await RunStore.create(at("runs", "one"), CONFIG);
    expect(storedConfig(store.folder)).toEqual(CONFIG);
    expect(siteOf(store.folder)).toBe("unfinished");
    await store.release();
    expect(readdirSync(store.folder)).toEqual([RUN_FILES.config]);
  });

  test("what its examples are made of lasts until it is finished", async () => {
    const store = await RunStore.create(at("run"), CONFIG);
    const strongest = new Map([[1, new StrongestTexts(1, DROP).finish()]]);
    await store.writeStrongest(SUMS, strongest);
    expect(new Map(store.readStrongest(SUMS))).toEqual(strongest);
    expect(store.readStrongest({ ...SUMS, language: "spa_Latn" })).toBeUndefined();
    writeFileSync(store.path(strongestFile("spa_Latn")), "half");
    expect(store.readStrongest({ ...SUMS, language: "spa_Latn" })).toBeUndefined();
    await store.finish(metaOf());
    await store.release();
    expect(readdirSync(store.folder).sort()).toEqual([RUN_FILES.config, RUN_FILES.meta].sort());
  });

  describe("over a run", () => {
    /** A finished run with somebody's own files beside and within it. */
    async function replaced(): Promise<RunStore> {
      const first = await RunStore.create(at("run"), CONFIG);
      await first.writeSums(SUMS);
      await first.write(RUN_FILES.scores, "first");
      await first.finish(metaOf());
      await first.release();
      for (const name of ["notes.txt", join(RUN_FILES.sumsFolder, "mine.csv"), ".gitignore"])
        writeFileSync(at("run", name), "mine");
      return RunStore.create(at("run"), { ...CONFIG, seed: 7 });
    }
    const filesOf = () =>
      readdirSync(at("run"), { recursive: true })
        .map(String)
        .filter((name) => statSync(at("run", name)).isFile())
        .sort();
    const theirs = [".gitignore", "notes.txt", join("sums", "mine.csv")];

    test("keeps it aside, and what is not its own in place, until the new one is finished", async () => {
      const store = await replaced();
      expect(siteOf(at("run"))).toBe("unfinished");
      expect(readFileSync(at("run", EARLIER_RUN, RUN_FILES.scores), "utf8")).toBe("first");
      await store.write(RUN_FILES.scores, "second");
      await store.finish(metaOf());
      await store.release();
      expect(filesOf()).toEqual(
        [...theirs, RUN_FILES.config, RUN_FILES.meta, RUN_FILES.scores].sort(),
      );
    });

    test("what is left of an earlier one does not cost the finished one", async () => {
      const second = await replaced();
      await second.write(RUN_FILES.scores, "second");
      await second.finish(metaOf());
      await second.release();
      // Killed while it removed the first one: that one has lost its meta.json, and somebody's file keeps its folder.
      mkdirSync(at("run", EARLIER_RUN));
      for (const name of [RUN_FILES.config, ".nfs0001"])
        writeFileSync(at("run", EARLIER_RUN, name), "{}");
      const third = await RunStore.create(at("run"), CONFIG);
      await third.discard();
      expect(readFileSync(at("run", RUN_FILES.scores), "utf8")).toBe("second");
      expect(siteOf(at("run"))).toBe("finished");
    });

    test("brings it back when the new one is discarded", async () => {
      const store = await replaced();
      await store.write(RUN_FILES.scores, "second");
      await store.discard();
      expect(siteOf(at("run"))).toBe("finished");
      expect(storedConfig(at("run"))).toEqual(CONFIG);
      expect(readFileSync(at("run", RUN_FILES.scores), "utf8")).toBe("first");
      expect(filesOf()).toEqual(
        [
          ...theirs,
          RUN_FILES.config,
          RUN_FILES.meta,
          RUN_FILES.scores,
          sumsFile("eng_Latn"),
        ].sort(),
      );
    });

    test("keeps the finished one, not the unfinished one after it, when it is replaced again", async () => {
      const second = await replaced();
      await second.release();
      const third = await RunStore.create(at("run"), CONFIG);
      expect(readFileSync(at("run", EARLIER_RUN, RUN_FILES.scores), "utf8")).toBe("first");
      await third.release();
    });
  });

  test("keeps what is derived from a gated corpus out of git, other corpora in", async () => {
    const gated = await RunStore.create(at("gated"), { ...CONFIG, corpus: "flores" });
    const open = await RunStore.create(at("open"), CONFIG);
    expect(readFileSync(gated.path(RUN_FILES.gitignore), "utf8")).toBe(
      "sums/\nstrongest/\nexamples.json\n",
    );
    expect(existsSync(open.path(RUN_FILES.gitignore))).toBe(false);
  });

  test("a folder that somebody works in is refused, and nothing in it changed", async () => {
    const store = await RunStore.create(at("run"), CONFIG);
    await store.writeSums(SUMS);
    await expect(RunStore.create(at("run"), CONFIG)).rejects.toThrow(`process ${process.pid}`);
    expect(inMemory(store.readSums("eng_Latn") as LanguageSums)).toEqual(SUMS);
    await store.release();
  });

  test("a run that appeared since it was decided to begin is refused, and stays", async () => {
    const first = await RunStore.create(at("run"), CONFIG, "free");
    await first.write(RUN_FILES.scores, "first");
    await first.finish(metaOf());
    await first.release();
    const error = await rejectionOf(RunStore.create(at("run"), CONFIG, "free"));
    expect(error.message).toContain("appeared in the meantime");
    expect(readFileSync(at("run", RUN_FILES.scores), "utf8")).toBe("first");
    await (await RunStore.create(at("run"), CONFIG, "finished")).discard();
  });

  test("a path below a file is refused in words", async () => {
    writeFileSync(at("file"), "");
    const error = await rejectionOf(RunStore.create(at("file", "run"), CONFIG));
    expect(error.exitCode).toBe(3);
  });
});

describe("resume", () => {
  test("keeps what is finished and removes what was being written", async () => {
    const begun = await RunStore.create(at("run"), CONFIG);
    await begun.writeSums(SUMS);
    await begun.release();
    writeFileSync(begun.path(`.meta.json.0123abcd${UNFINISHED}`), "x");
    writeFileSync(begun.path(join(RUN_FILES.sumsFolder, `.spa_Latn.4567cdef${UNFINISHED}`)), "x");
    writeFileSync(begun.path(`thesis${UNFINISHED}`), "mine");
    const store = await RunStore.resume(at("run"));
    expect(inMemory(store.readSums("eng_Latn") as LanguageSums)).toEqual(SUMS);
    await store.release();
    expect(readdirSync(store.folder).sort()).toEqual([
      RUN_FILES.config,
      RUN_FILES.sumsFolder,
      `thesis${UNFINISHED}`,
    ]);
    expect(readdirSync(store.path(RUN_FILES.sumsFolder))).toEqual(["eng_Latn.safetensors"]);
  });
});

describe("discard", () => {
  test("leaves nothing that create made, not even the folders above", async () => {
    const store = await RunStore.create(at("a", "b", "run"), CONFIG);
    await store.append({ type: "cancelled" });
    await store.discard();
    expect(readdirSync(at())).toEqual([]);
  });

  test("leaves a folder that was there before, and files that are not the run's", async () => {
    mkdirSync(at("runs"));
    const store = await RunStore.create(at("runs", "run"), CONFIG);
    writeFileSync(store.path("notes.txt"), "mine");
    await store.discard();
    expect(readdirSync(at("runs", "run"))).toEqual(["notes.txt"]);
    const other = await RunStore.create(at("runs", "other"), CONFIG);
    await other.discard();
    expect(readdirSync(at("runs"))).toEqual(["run"]);
  });
});

describe("checkpoints", () => {
  test("there is none before the first language, and a file being written is none", async () => {
    const store = await RunStore.create(at("run"), CONFIG);
    expect(store.hasCheckpoint()).toBe(false);
    mkdirSync(store.path(RUN_FILES.sumsFolder));
    const aside = `.eng_Latn.safetensors.0123abcd${UNFINISHED}`;
    writeFileSync(store.path(join(RUN_FILES.sumsFolder, aside)), "x");
    expect(store.hasCheckpoint()).toBe(false);
    await store.writeSums(SUMS);
    expect(store.hasCheckpoint()).toBe(true);
  });

  test("sums that are missing or cut short are none", async () => {
    const store = await RunStore.create(at("run"), CONFIG);
    expect(store.readSums("eng_Latn")).toBeUndefined();
    await store.writeSums(SUMS);
    const file = store.path(sumsFile("eng_Latn"));
    writeFileSync(file, readFileSync(file).subarray(0, -1));
    expect(store.readSums("eng_Latn")).toBeUndefined();
  });
});

describe("siteOf", () => {
  test("tells what stands at an out-dir", async () => {
    expect(siteOf(at("nothing"))).toBe("free");
    expect(siteOf(at())).toBe("free");
    writeFileSync(at("notes.txt"), "");
    expect(siteOf(at())).toBe("other");
    const store = await RunStore.create(at("run"), CONFIG);
    expect(siteOf(at("run"))).toBe("unfinished");
    await store.write(RUN_FILES.scores, "");
    await store.finish(metaOf());
    expect(siteOf(at("run"))).toBe("finished");
  });

  test("a folder with somebody else's config.json or meta.json is no run", () => {
    writeFileSync(at(RUN_FILES.config), JSON.stringify({ model_type: "qwen3" }));
    expect(siteOf(at())).toBe("other");
    writeFileSync(at(RUN_FILES.meta), JSON.stringify({ title: "a site" }));
    expect(siteOf(at())).toBe("other");
  });

  test("a file is refused", () => {
    writeFileSync(at("file"), "");
    expect(failureOf(() => siteOf(at("file"))).message).toContain("is a file");
    expect(failureOf(() => siteOf(at("file", "below"))).message).toContain(
      `lies below the file ${at("file")}`,
    );
  });
});

describe("events", () => {
  test("come back in order, with their time", async () => {
    const store = await RunStore.create(at("run"), CONFIG);
    await store.append({ type: "started", pid: 1, resumed: false });
    await store.append({ type: "warning", message: "two\nlines" });
    const events = storedEvents(store.folder);
    expect(events).toMatchObject([
      { type: "started", pid: 1 },
      { type: "warning", message: "two\nlines" },
    ]);
    for (const { at } of events) expect(Number.isNaN(Date.parse(at))).toBe(false);
  });

  test("a line that is cut short or foreign is left out, the others are kept", () => {
    const line = JSON.stringify({ type: "cancelled", at: "2025-01-01T00:00:00Z" });
    const text = [line, '{"type":"unknown","at":"x"}', "null", "", line, '{"type":"canc'].join(
      "\n",
    );
    writeFileSync(at(RUN_FILES.events), text);
    expect(storedEvents(at()).map(({ type }) => type)).toEqual(["cancelled", "cancelled"]);
    expect(storedEvents(at("nowhere"))).toEqual([]);
  });
});

test("a stored config that is not JSON is refused by its path", () => {
  writeFileSync(at(RUN_FILES.config), "{");
  expect(failureOf(() => storedConfig(at())).message).toContain(at(RUN_FILES.config));
});

describe("a part of a run", () => {
  const SHARD = { part: 1, of: 2 };

  test("is known for one from the start, and whole with what it has", async () => {
    const store = await RunStore.create(at("run"), CONFIG, "free", SHARD);
    expect(readPart(at("run"))).toMatchObject({ shard: SHARD, finished: null });
    await store.writePart(SHARD, factsOf());
    await store.release();
    expect(readPart(at("run")).finished).toEqual(factsOf());
    expect(siteOf(at("run"))).toBe("part");
  });

  test("keeps what it replaces aside until it is finished, and gives it back if it is discarded", async () => {
    const run = await RunStore.create(at("run"), CONFIG);
    await run.write(RUN_FILES.scores, "first");
    await run.finish(metaOf());
    await run.release();
    const discarded = await RunStore.create(at("run"), CONFIG, "finished", SHARD);
    expect(siteOf(at("run"))).toBe("part");
    await discarded.discard();
    expect(siteOf(at("run"))).toBe("finished");
    const kept = await RunStore.create(at("run"), CONFIG, "finished", SHARD);
    await kept.writePart(SHARD, factsOf());
    await kept.release();
    expect(readdirSync(at("run")).sort()).toEqual([RUN_FILES.config, RUN_FILES.part]);
  });

  test("goes whole when it is deleted", async () => {
    const store = await RunStore.create(at("run"), CONFIG, "free", SHARD);
    await store.release();
    expect(await deleteRun(at("run"))).toBe(true);
    expect(existsSync(at("run"))).toBe(false);
  });

  test("has sums of its own kind: neither damaged ones nor those of a run are taken", async () => {
    const store = await RunStore.create(at("run"), CONFIG, "free", SHARD);
    expect(store.readPartSums("eng_Latn")).toBeUndefined();
    await store.writeSums(SUMS);
    expect(store.readPartSums("eng_Latn")).toBeUndefined();
    const { provenance, texts, tokens, counted } = SUMS;
    const sums = { language: "eng_Latn", provenance, texts, tokens, counted };
    const part = { ...sums, own: Uint32Array.of(0), layers: new Map() };
    await store.writePartSums(part);
    expect(store.readPartSums("eng_Latn")).toEqual(part);
    expect(store.readSums("eng_Latn")).toBeUndefined();
    await store.release();
  });
});
