import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bindingsOf, pressed } from "../../src/tui/app.js";
import { frameOf } from "../../src/tui/frame.js";
import { TEXT } from "../../src/tui/keys.js";
import type { Screen } from "../../src/tui/model.js";
import { newCompareScreen } from "../../src/tui/screens/compare/state.js";
import { newFeatureScreen } from "../../src/tui/screens/feature/state.js";
import { newLabScreen } from "../../src/tui/screens/lab/state.js";
import { newLiveScreen } from "../../src/tui/screens/live/state.js";
import { newRunForm } from "../../src/tui/screens/new-run/state.js";
import { newRunScreen, TABS } from "../../src/tui/screens/run/state.js";
import { RUNS } from "../../src/tui/screens/runs/state.js";
import { width } from "../../src/views/cells.js";
import { textOf } from "../../src/views/line.js";
import { Driver, rowOf, surroundings, threeLanguageRun } from "../fixtures/tui.js";

const run = threeLanguageRun();
const opened = { run, around: surroundings() };
const place = { folder: "/runs/a", layer: 1, language: "tha_Thai", rank: 1 };

/** Every screen in every state that has keys of its own. */
const SCREENS: Record<string, Screen> = {
  runs: RUNS,
  "runs, filtering": { ...RUNS, typing: { text: "a", at: 1 } },
  "runs, deleting": { ...RUNS, asking: { what: "delete", row: rowOf("a") } },
  "runs, stopping": { ...RUNS, asking: { what: "stop", row: rowOf("b") } },
  form: newRunForm(),
  "form, typing": { ...newRunForm(), typing: { text: "x", at: 1 } },
  "form, choosing": {
    ...newRunForm(),
    choosing: { at: 0, top: 0 },
  },
  ...Object.fromEntries(
    TABS.map((tab) => [`run, ${tab}`, { ...newRunScreen("/runs/a"), opened, tab } as Screen]),
  ),
  "run, features by language": {
    ...newRunScreen("/runs/a"),
    opened,
    tab: "heatmap",
    heatmap: "features",
  },
  "run, not open yet": newRunScreen("/runs/a"),
  feature: newFeatureScreen(run, surroundings(), place),
  lab: newLabScreen("/runs/a", run, 0),
  "lab without a model": {
    ...newLabScreen("/runs/a", run, 0),
    model: { state: "ended", why: "it died" },
  },
  live: newLiveScreen("/runs/b"),
  "live, stopping": { ...newLiveScreen("/runs/b"), isAsking: true },
  "form, leaving": { ...newRunForm(), isLeaving: true },
  compare: { ...newCompareScreen("/runs/a", "/runs/b", 2), lines: ["a", "b"] },
};
const ROWS = [
  rowOf("a"),
  rowOf("b", { status: "running", progress: 0.4, eta_s: 100 }),
  rowOf("c", { status: "interrupted", words: "the disk is full" }),
  rowOf("日本語の長い名前のラン-with-a-very-long-name-indeed", { status: "foreign", texts: null }),
  rowOf("e", { status: "broken", model: null, languages: [], layers: [], touched: "" }),
];

describe.each(Object.entries(SCREENS))("%s", (_, screen) => {
  const driver = (size = { columns: 80, rows: 24 }, colorDepth = 8) =>
    new Driver([RUNS, screen], size, colorDepth).list(...ROWS);

  test("fills any terminal exactly, line by line", () => {
    for (const size of [
      { columns: 80, rows: 24 },
      { columns: 160, rows: 50 },
      { columns: 40, rows: 10 },
    ])
      for (const depth of [1, 4, 24]) {
        const lines = frameOf(driver(size, depth).app).map(textOf);
        expect(lines).toHaveLength(size.rows);
        if (size.columns >= 80)
          for (const line of lines) expect(width(line), line).toBeLessThanOrEqual(size.columns);
      }
  });

  test("does nothing for a key that its help does not show", () => {
    const { app } = driver();
    const { own, common } = bindingsOf(app);
    const known = [...own, ...common].flatMap(({ keys }) => keys);
    const isText = known.includes(TEXT);
    const others = fc.oneof(
      // Where text is typed, every character has a meaning.
      isText
        ? fc.constant("ctrl-y")
        : fc.string({ minLength: 1, maxLength: 1, unit: "grapheme-ascii" }),
      fc.constantFrom(
        "f1",
        "ctrl-x",
        "up",
        "down",
        "left",
        "right",
        "tab",
        "enter",
        "pageup",
        "home",
      ),
    );
    fc.assert(
      fc.property(others, (key) => {
        fc.pre(!known.includes(key));
        expect(pressed(app, key)).toEqual({ app, effects: [] });
      }),
    );
  });

  test("tells every one of its keys on the page of help", () => {
    const { app } = driver();
    const { own, common } = bindingsOf(app);
    if (own.some(({ keys }) => keys.includes(TEXT))) return;
    const help = driver({ columns: 160, rows: 50 }).press("?").text;
    for (const { does } of [...own, ...common]) expect(help).toContain(does.slice(0, 30));
  });
});

test("no two keys of a screen are in each other's way", () => {
  for (const screen of Object.values(SCREENS)) {
    const { own, common } = bindingsOf(new Driver([RUNS, screen]).list(...ROWS).app);
    const keys = [...own, ...common].flatMap(({ keys }) => keys);
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
  }
});

test("q leaves from everywhere but where text is typed, where it is a letter; Ctrl-C leaves from there too", () => {
  expect(new Driver().press("q").effects).toEqual([{ type: "quit" }]);
  const typing = new Driver().press("/", "q");
  expect(typing.effects).toEqual([]);
  expect(typing.text).toContain("/q");
  expect(typing.press("ctrl-c").effects).toEqual([{ type: "quit" }]);
});

test("Esc goes back, and what a screen started ends with it", () => {
  const driver = new Driver([RUNS, newLabScreen("/runs/a", run, 0)]).press("escape");
  expect(driver.top.kind).toBe("runs");
  expect(driver.effects).toEqual([{ type: "end_lab" }]);
  expect(driver.press("escape").top.kind).toBe("runs");
});

test("help closes with any key, which does nothing else", () => {
  const driver = new Driver().list(...ROWS).press("?");
  expect(driver.text).toContain("Runs › Keys");
  expect(driver.press("n").top.kind).toBe("runs");
  expect(driver.text).not.toContain("Keys");
});

test("what happened is told until the next key", () => {
  const driver = new Driver()
    .list(...ROWS)
    .hear({ type: "told", tone: "done", text: "Wrote x.csv" });
  expect(driver.text).toContain("✓ Wrote x.csv");
  expect(driver.press("j").text).not.toContain("Wrote");
});
