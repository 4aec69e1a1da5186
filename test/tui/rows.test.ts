import { expect, test } from "vitest";
import type { LaunchState } from "../../src/launches/launches.js";
import { foldersElsewhere, rowsOf } from "../../src/tui/rows.js";
import { rowOf } from "../fixtures/tui.js";

const launch = (changes: Partial<LaunchState> = {}): LaunchState => ({
  ...{
    id: "1",
    started: null,
    at: "2025-01-01T00:05:00Z",
    host: "here",
    pid: 7,
    folder: "/runs/a",
    isAlive: true,
  },
  args: ["compute", "--model", "demo", "--languages", "eng_Latn,fra_Latn"],
  lastWords: "loading libraries …",
  ...changes,
});
const { launch: _, words: __, ...entry } = rowOf("a", { status: "interrupted" });
const run = entry as Parameters<typeof rowsOf>[0][number];

test("a start without a folder is a row of its own, with what it says", () => {
  expect(rowsOf([], [launch()])).toMatchObject([
    {
      name: "a",
      status: "starting",
      model: "demo",
      languages: ["eng_Latn", "fra_Latn"],
      words: "loading libraries …",
    },
  ]);
  const failed = launch({ isAlive: false, lastWords: "model x is gated" });
  expect(rowsOf([], [failed])).toMatchObject([{ status: "failed", words: "model x is gated" }]);
});

test("a run that is taken up again is starting until it is at work", () => {
  expect(rowsOf([run], [launch()])).toMatchObject([{ status: "starting" }]);
  expect(rowsOf([{ ...run, status: "running" }], [launch()])).toMatchObject([
    { status: "running", words: null },
  ]);
});

test("why it ended is told while nothing newer happened to the run", () => {
  const ended = launch({ isAlive: false, lastWords: "the disk is full" });
  expect(rowsOf([run], [ended])).toMatchObject([
    { status: "interrupted", words: "the disk is full" },
  ]);
  const later = { ...run, touched: "2025-01-01T00:09:00Z" };
  expect(rowsOf([later], [ended])).toMatchObject([{ words: null }]);
});

test("the latest start of a folder counts; those of other places are listed too, and looked at", () => {
  const [first, second] = [
    launch({ id: "2", lastWords: "second" }),
    launch({ id: "1", lastWords: "first" }),
  ];
  const launches = [first, second, launch({ folder: "/else/b" })];
  expect(rowsOf([], launches)).toMatchObject([{ words: "second" }, { name: "b" }]);
  expect(foldersElsewhere(launches, "/runs")).toEqual(["/else/b"]);
});

test("a finished part says what it is, and what puts it together with the others", () => {
  const part = { ...run, status: "part" as const, part: { part: 2, of: 4 } };
  const words = (folder: string) => rowsOf([{ ...part, folder }], [])[0]?.words;
  expect(words("v_score_runs/a.part-2-of-4")).toBe(
    "This is part 2 of 4 of a run. Once all are finished, they are put together by: npx vscore merge v_score_runs/a",
  );
  expect(words("v_score_runs/moved")).toMatch(/npx vscore merge PART…$/);
  const ended = launch({ isAlive: false, lastWords: "Once all 4 are finished" });
  expect(rowsOf([part], [ended])[0]?.words).toContain("part 2 of 4");
});
