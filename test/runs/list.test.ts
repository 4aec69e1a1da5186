import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RUN_FILES } from "../../src/runs/files.js";
import { listRuns } from "../../src/runs/list.js";
import type { RunEvent } from "../../src/runs/meta.js";
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
