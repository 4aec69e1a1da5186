import { describe, expect, test } from "vitest";
import type { RunNews } from "../../src/runs/meta.js";
import { duration, showProgress } from "../../src/views/progress.js";

const progress = (tokens_done: number): RunNews => ({
  type: "progress",
  language: "eng_Latn",
  texts_done: 1,
  texts: 4,
  tokens_done,
  tokens: 100,
  tokens_per_s: 50,
  eta_s: 65,
  device_memory_bytes: 3 * 2 ** 30,
});

/** What is written for news that come a second apart. */
function shown(isTerminal: boolean, news: RunNews[], columns = 200): string {
  let written = "";
  let now = 0;
  const view = showProgress({ isTerminal, columns, write: (text) => (written += text) }, () => now);
  for (const each of news) {
    view.news(each);
    now += 1000;
  }
  view.stop();
  return written;
}

const STORY: RunNews[] = [
  { type: "phase", phase: "loading" },
  { type: "phase", phase: "loading" },
  progress(10),
  progress(20),
  progress(30),
  progress(40),
  { type: "warning", message: "odd \u001b[2J text" },
  { type: "worker_lost", worker: "worker 1 (n1, process 7)", reason: "killed\u0007", doing: "" },
  { type: "worker_lost", worker: "worker 2", reason: "killed", doing: "batch 3 of eng_Latn" },
  { type: "worker_joined", worker: "worker 3 (n1, process 8)" },
  { type: "language_finished", language: "eng_Latn", kept: false },
  { type: "language_finished", language: "spa_Latn", kept: true },
];

describe("without a terminal", () => {
  test("there are plain lines, progress every three seconds, no escape codes", () => {
    expect(shown(false, STORY).split("\n")).toEqual([
      "loading …",
      "extracting eng_Latn  10 % of tokens  1/4 texts  50 tokens/s  1 min 5 s left  3.0 GiB",
      "extracting eng_Latn  40 % of tokens  1/4 texts  50 tokens/s  1 min 5 s left  3.0 GiB",
      "warning: odd ␛[2J text",
      "worker 1 (n1, process 7) was lost: killed\\x07",
      "worker 2 was lost at batch 3 of eng_Latn, which another does again: killed",
      "worker 3 (n1, process 8) has come and takes part",
      "eng_Latn finished",
      "spa_Latn was finished before",
      "",
    ]);
  });
});

describe("on a terminal", () => {
  test("one line is written over, and gone at the end", () => {
    const written = shown(true, [{ type: "phase", phase: "loading" }, progress(10)]);
    expect(written).not.toContain("\n");
    expect(written.split("\r\u001b[K")).toEqual([
      "",
      "loading …",
      expect.stringContaining("extracting eng_Latn  10 %"),
      "",
    ]);
  });

  test("a warning stays, on a line of its own", () => {
    const written = shown(true, [progress(10), { type: "warning", message: "careful" }]);
    expect(written.endsWith("\r\u001b[Kwarning: careful\n")).toBe(true);
  });

  test("the line is cut to the terminal's width", () => {
    const [, line = ""] = shown(true, [progress(10)], 30).split("\r\u001b[K");
    expect(line).toHaveLength(29);
  });
});

test("nothing to do is all done", () => {
  expect(shown(false, [{ ...progress(0), tokens: 0 } as RunNews])).toContain("100 %");
});

test.each([
  [0, "0 s"],
  [59.4, "59 s"],
  [59.6, "1 min 0 s"],
  [185, "3 min 5 s"],
  [3599.6, "1 h 0 min"],
  [7800, "2 h 10 min"],
])("%d seconds are %s", (seconds, words) => {
  expect(duration(seconds)).toBe(words);
});
