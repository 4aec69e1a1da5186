import { expect, test } from "vitest";
import type { RunEvent } from "../../../src/runs/meta.js";
import { languageProgress } from "../../../src/tui/screens/live/state.js";
import { Driver, rowOf } from "../../fixtures/tui.js";

const at = "2025-01-01T00:00:00Z";
const started: RunEvent = { type: "started", at, pid: 1, resumed: false };
const finished = (language: string, kept = false): RunEvent => ({
  type: "language_finished",
  at,
  language,
  kept,
});
const progress = (changes: Partial<RunEvent & { type: "progress" }> = {}): RunEvent => ({
  ...{ type: "progress", at, language: "fra_Latn", texts_done: 15, texts: 20, tokens_done: 700 },
  ...{ tokens: 1000, tokens_per_s: 250, eta_s: 90, device_memory_bytes: 3e9 },
  ...changes,
});

const follow = (events: RunEvent[], changes = {}) =>
  new Driver()
    .list(rowOf("a", { status: "running", progress: 0.7, eta_s: 90, ...changes }))
    .press("enter")
    .hear({ type: "followed", folder: "/runs/a", events, log: ["Traceback", "OSError: odd"] });

test("every language has its share, counted since the run was last taken up", () => {
  const events = [finished("fra_Latn"), started, finished("eng_Latn", true), progress()];
  expect(languageProgress(["eng_Latn", "fra_Latn", "tha_Thai"], events)).toEqual([
    { language: "eng_Latn", share: 1, state: "kept" },
    // 15 texts are done, 20/3 of them of the language before.
    { language: "fra_Latn", share: 1, state: "under way" },
    { language: "tha_Thai", share: 0, state: "waiting" },
  ]);
  const half = languageProgress(
    ["eng_Latn", "fra_Latn"],
    [started, finished("eng_Latn"), progress()],
  );
  expect(half[1]).toEqual({ language: "fra_Latn", share: 0.5, state: "under way" });
});

test("speed, what is left, the device's memory and the last warnings are told", () => {
  const driver = follow([started, { type: "warning", at, message: "fewer texts" }, progress()]);
  expect(driver.text).toContain(
    "15/20 texts, 700/1 000 tokens   250 tokens/s   1 min 30 s left   3.0 GB on the device",
  );
  expect(driver.text).toContain("warning: fewer texts");
  expect(driver.text).toMatch(/eng_Latn English +.*waiting/);
});

test("it can be stopped while it runs, and taken up once it does not", () => {
  const driver = follow([started, progress()]).press("x");
  expect(driver.text).toContain("the one under way begins anew");
  expect(driver.effects).toEqual([]);
  driver.press("y");
  expect(driver.effects).toContainEqual({ type: "stop", folder: "/runs/a" });
  expect(driver.press("r").effects).toHaveLength(1);
  driver.list(rowOf("a", { status: "interrupted" })).press("x", "r");
  expect(driver.effects.slice(1)).toMatchObject([{ type: "launch", folder: "/runs/a" }]);
});

test("an engine that died leaves its words, the log's end and what to do", () => {
  const failed: RunEvent = {
    type: "failed",
    at,
    kind: "bug",
    message: "Python died. Go on with --resume.",
  };
  const driver = follow([started, failed], { status: "failed" });
  expect(driver.text).toContain("Python died. Go on with --resume.");
  expect(driver.text).toContain("OSError: odd");
  expect(driver.text).toContain("r resume");
});

test("one that is not at work tells where it ended, not how fast it is", () => {
  const driver = follow([started, progress()], { status: "interrupted" });
  expect(driver.text).toContain("ended at 15/20 texts, 700/1 000 tokens");
  expect(driver.text).toContain("begun, lost");
  expect(driver.text).not.toMatch(/left|tokens\/s|under way/);
});

test("taken up again, nothing is told of what was before", () => {
  const again: RunEvent = { ...started, resumed: true } as RunEvent;
  const driver = follow([started, progress(), again], { progress: null });
  expect(driver.text).toContain("taken up: loading");
  expect(driver.text).not.toContain("15/20");
});

test("its end is told, and leads to the results", () => {
  const driver = follow([started, progress()]).list(rowOf("a"));
  expect(driver.text).toContain("✓ a is finished. Enter opens it.");
  expect(driver.press("enter").top.kind).toBe("run");
  expect(driver.app.screens).toHaveLength(2);
});

test("a folder that is gone is said to be", () => {
  expect(follow([started]).list().text).toContain("Nothing is there");
});

test("the end of a part is told as such, and leads to no results", () => {
  const part = { status: "part", part: { part: 2, of: 4 } } as const;
  const driver = follow([started, progress()]).list(rowOf("a", part));
  expect(driver.text).toContain("✓ a is finished: part 2 of 4.");
  expect(driver.text).toContain("part 2/4");
  expect(driver.press("enter").top.kind).toBe("live");
});
