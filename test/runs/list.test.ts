import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { RUN_FILES } from "../../src/runs/files.js";
import { listRuns, RunsWatch } from "../../src/runs/list.js";
import type { RunEvent } from "../../src/runs/meta.js";
import { factsOf, writePart } from "../fixtures/parts.js";
import { configOf, metaOf, runOf, writeRun } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const TIME = "2025-01-01T00:00:00Z";
const PROGRESS: RunEvent = {
  type: "progress",
  at: TIME,
  language: "eng_Latn",
  texts_done: 1,
  texts: 4,
  tokens_done: 25,
  tokens: 100,
  tokens_per_s: 5,
  eta_s: 15,
  device_memory_bytes: null,
};

/** An unfinished run with these events. */
function begin(name: string, ...events: RunEvent[]): void {
  mkdirSync(at(name));
  writeFileSync(at(name, RUN_FILES.config), JSON.stringify(configOf({ n_texts_per_lang: 3 })));
  writeFileSync(
    at(name, RUN_FILES.events),
    events.map((event) => `${JSON.stringify(event)}\n`).join(""),
  );
}

const only = () => {
  const runs = listRuns(at());
  expect(runs).toHaveLength(1);
  return runs[0];
};

test("a finished run is done, with what it is over", () => {
  writeRun(
    at("one"),
    runOf(metaOf(), {
      1: [
        [1, 2],
        [2, 1],
      ],
    }),
  );
  expect(only()).toMatchObject({
    name: "one",
    status: "done",
    model: "demo",
    languages: ["eng_Latn", "spa_Latn"],
    layers: [1],
    n_texts_per_lang: 2,
    progress: null,
  });
});

test("a run of the original tool is foreign", () => {
  mkdirSync(at("theirs"));
  writeFileSync(at("theirs", RUN_FILES.meta), JSON.stringify({ model: "g", languages: ["en"] }));
  writeFileSync(at("theirs", RUN_FILES.torchScores), "");
  expect(only()).toMatchObject({ status: "foreign", model: "g", languages: ["en"] });
});

test("an unfinished run that nobody works on was interrupted, with how far it came", () => {
  begin("half", PROGRESS);
  expect(only()).toMatchObject({ status: "interrupted", progress: 0.25, n_texts_per_lang: 3 });
});

test("a run that ended with an error has failed", () => {
  begin("bad", PROGRESS, { type: "failed", at: TIME, kind: "bug", message: "NaN" });
  expect(only()).toMatchObject({ status: "failed", progress: 0.25 });
});

test("a run whose lock is held is running", () => {
  begin("busy");
  writeFileSync(
    at("busy", "run.lock"),
    JSON.stringify({ pid: process.pid, host: hostname(), since: TIME }),
  );
  expect(only()).toMatchObject({ status: "running", progress: null });
});

test.each(["{", "null", '{"languages": "all"}'])(
  "a run whose config is %s is broken, and listed",
  (config) => {
    begin("ruin");
    writeFileSync(at("ruin", RUN_FILES.config), config);
    expect(only()).toMatchObject({ name: "ruin", status: "broken", languages: [] });
  },
);

test("other files and folders are no runs", () => {
  writeFileSync(at("file"), "");
  mkdirSync(at("folder"));
  writeFileSync(at("folder", RUN_FILES.config), "{}");
  expect(listRuns(at())).toEqual([]);
  expect(listRuns(at("nowhere"))).toEqual([]);
});

test("runs come last touched first", () => {
  for (const [name, seconds] of [
    ["old", 1000],
    ["new", 3000],
    ["mid", 2000],
  ] as const) {
    begin(name);
    utimesSync(join(at(name), RUN_FILES.events), seconds, seconds);
  }
  expect(listRuns(at()).map(({ name }) => name)).toEqual(["new", "mid", "old"]);
});

test("one entry that cannot be looked into takes no other with it", () => {
  symlinkSync(at("loop"), at("loop"));
  begin("half", PROGRESS);
  expect(only()).toMatchObject({ name: "half" });
});

test("progress is told of the time since the run was last taken up; scoring has no end in sight", () => {
  const started: RunEvent = { type: "started", at: TIME, pid: 1, resumed: true };
  begin("again", PROGRESS, started);
  expect(only()).toMatchObject({ progress: null, eta_s: null });
  const scoring: RunEvent = { type: "phase", at: TIME, phase: "scoring" };
  const whole = { ...PROGRESS, tokens_done: 300, eta_s: 0 } as RunEvent;
  writeFileSync(
    at("again", RUN_FILES.events),
    [started, whole, scoring].map((e) => JSON.stringify(e)).join("\n"),
  );
  expect(only()).toMatchObject({ progress: 1, eta_s: null });
});

test("the age of a finished run is that of its end, not of its files", () => {
  const scores = {
    1: [
      [1, 2],
      [2, 1],
    ],
  };
  writeRun(at("copied"), runOf(metaOf({ finished: "2024-05-01T10:00:00.000Z" }), scores));
  expect(only()?.touched).toBe("2024-05-01T10:00:00.000Z");
});

test("what is wrong with a broken run is told; folders elsewhere are named by their paths", () => {
  mkdirSync(at("runs", "bad"), { recursive: true });
  writeFileSync(at("runs", "bad", RUN_FILES.meta), "{");
  writeFileSync(at("runs", "bad", RUN_FILES.scores), "");
  begin("outside", PROGRESS);
  const entries = new RunsWatch(at("runs")).list([at("outside"), at("nothing")]);
  const names = entries.map(({ name }) => name).sort();
  expect(names).toEqual([relative(".", at("outside")), "bad"].sort());
  expect(entries.find(({ name }) => name === "bad")?.problem).toMatch(/Its meta.json is damaged/);
});

test("a part of a run is one, finished or not; a damaged one is broken", () => {
  const shard = { part: 2, of: 4 };
  writePart(at("run"), shard, factsOf({ languages: ["spa_Latn"] }));
  expect(only()).toMatchObject({
    ...{ name: "run.part-2-of-4", status: "part", part: shard, model: "demo" },
    languages: ["spa_Latn"],
    ...{ progress: null, eta_s: null },
  });
  writePart(at("run"), shard, null);
  expect(only()).toMatchObject({
    ...{ status: "interrupted", part: shard, languages: ["eng_Latn", "spa_Latn"] },
  });
  writeFileSync(at("run.part-2-of-4", RUN_FILES.part), "{");
  expect(only()).toMatchObject({ status: "broken", part: null });
});

test("that a part was finished since the last look shows in the next", () => {
  const watch = new RunsWatch(at());
  writePart(at("run"), { part: 1, of: 2 }, null);
  expect(watch.list()).toMatchObject([{ status: "interrupted" }]);
  writePart(at("run"), { part: 1, of: 2 });
  expect(watch.list()).toMatchObject([{ status: "part" }]);
});
