import { describe, expect, test } from "vitest";
import { fidelityOf } from "../../fixtures/fidelities.js";
import { metaOf, runOf } from "../../fixtures/runs.js";
import { Driver, rowOf, surroundings, threeLanguageRun } from "../../fixtures/tui.js";

const run = threeLanguageRun();
const open = (changes = {}, size = { columns: 80, rows: 24 }) =>
  new Driver(undefined, size)
    .list(rowOf("a"))
    .press("enter")
    .hear({ type: "run_opened", folder: "/runs/a", run, around: surroundings(changes) });
const rowWith = ({ lines }: Driver, words: RegExp) => lines.find((line) => words.test(line));

test("a run that cannot be read says why, and one that is read says so", () => {
  const driver = new Driver().list(rowOf("a")).press("enter");
  expect(driver.text).toContain("Reading the run");
  driver.hear({
    type: "run_refused",
    folder: "/runs/a",
    message: "v_scores.safetensors is broken",
  });
  expect(driver.text).toContain("v_scores.safetensors is broken");
});

describe("top features", () => {
  test("have rank, feature, v, means and flags, by hand", () => {
    const driver = open();
    expect(driver.text).toContain("layer ‹ 1 ›  language ↑ eng_Latn English ↓");
    // v of feature 0: 4; mean on French, the runner-up, 1.
    expect(rowWith(driver, /^▸/)).toMatch(/^▸ +1 +0 +4\.000 +– +– +– +25\.0%/);
    expect(open({}, { columns: 120, rows: 30 }).text).toMatch(
      /margin +runner-up[\s\S]*3\.000 +fra_Latn/,
    );
  });

  test("change with layer and language, and go round at the ends", () => {
    const driver = open().press("up");
    expect(driver.text).toContain("language ↑ tha_Thai Thai ↓");
    expect(rowWith(driver, /^▸/)).toMatch(/^▸ +1 +2 +5\.000/);
    expect(driver.press("right").text).toContain("layer ‹ 2 ›");
    expect(driver.press("right", "down").text).toMatch(/layer ‹ 1 ›.*eng_Latn/);
  });

  test("open one by one", () => {
    const driver = open().press("up", "j", "enter");
    expect(driver.top).toMatchObject({
      kind: "feature",
      layer: 1,
      language: "tha_Thai",
      rank: 2,
      feature: 3,
    });
  });

  test("where one went along the ranking and comes back, the cursor is there", () => {
    const driver = open().press("enter", "right", "right");
    for (const effect of driver.effects)
      if (effect.type === "look_at") driver.hear({ type: "looked_at", place: effect.place });
    expect(rowWith(driver.press("escape"), /^▸/)).toMatch(/^▸ +3 /);
  });

  test("the last row is in sight, and what its flags mean", () => {
    const many = runOf(
      metaOf({ languages: ["eng_Latn", "fra_Latn"], layers: [1] }),
      { 1: [1, -1].map((sign) => Array.from({ length: 120 }, (_, f) => sign * (120 - f))) },
      { 1: [1, 2].map(() => Array.from({ length: 120 }, () => 1)) },
    );
    for (const size of [
      { columns: 80, rows: 24 },
      { columns: 160, rows: 50 },
    ]) {
      const driver = new Driver(undefined, size).list(rowOf("a")).press("enter");
      driver.hear({ type: "run_opened", folder: "/runs/a", run: many, around: surroundings() });
      for (const tab of ["2", "3"]) {
        driver.press(tab, ...(tab === "3" ? ["v"] : []), "G");
        expect(rowWith(driver, /^▸/), `${tab} at ${size.rows}`).toMatch(/100/);
      }
      expect(driver.press("2").text).toContain(
        "shared: the runner-up has at least half of its mean",
      );
    }
  });

  test("of a run of another tool are ranks alone, and there is no model to try a text on", () => {
    const foreign = {
      ...run,
      statistics: null,
      meta: { languages: run.meta.languages, layers: [1, 2] },
    };
    const driver = new Driver()
      .list(rowOf("a", { status: "foreign" }))
      .press("enter")
      .hear({
        type: "run_opened",
        folder: "/runs/a",
        run: foreign,
        around: surroundings({ examples: null }),
      });
    expect(rowWith(driver, /^▸/)).toMatch(/^▸ +1 +0 +4\.000 *$/);
    expect(driver.press("t").top.kind).toBe("run");
    expect(driver.press("1").text).toContain("v-scores only");
  });
});

describe("the heatmap", () => {
  test("has every language's best v at every layer, and a scale", () => {
    const driver = open().press("3");
    expect(rowWith(driver, /eng_Latn/)).toMatch(/▸ eng_Latn +4\.000 +5\.000/);
    expect(rowWith(driver, /tha_Thai/)).toMatch(/tha_Thai +5\.000 +4\.000/);
    expect(rowWith(driver, / v: 0/)).toContain("5.000");
  });

  test("or the means of a language's best features on all languages", () => {
    const driver = open().press("3", "v");
    expect(rowWith(driver, /1\. 0/)).toMatch(/1\. 0 +4\.000 +1\.000 +0\.000/);
    expect(driver.press("v").text).toContain("best feature, by layer");
  });

  test("says without colours what it says with them", () => {
    const plain = new Driver(undefined, { columns: 80, rows: 24 }, 1)
      .list(rowOf("a"))
      .press("enter")
      .hear({ type: "run_opened", folder: "/runs/a", run, around: surroundings() })
      .press("3");
    expect(rowWith(plain, /eng_Latn/)).toMatch(/4\.000█ +5\.000█/);
    expect(plain.text).toMatch(/░.*▒.*▓.*█/);
  });
});

describe("a language that a layer's dictionary does not rebuild", () => {
  const fidelity = fidelityOf(run.meta.languages, run.meta.layers, ["1 eng_Latn", "1 tha_Thai"]);
  const lost = () =>
    new Driver()
      .list(rowOf("a"))
      .press("enter")
      .hear({
        ...{ type: "run_opened", folder: "/runs/a", around: surroundings() },
        run: { ...run, fidelity } as typeof run,
      });

  test("has its features flagged, and says why", () => {
    const driver = lost().press("2");
    expect(rowWith(driver, /^▸ +1 +0/)).toContain("unrebuilt");
    expect(driver.text).toContain("leaves more than it explains of this language");
    expect(driver.press("right").text).not.toContain("unrebuilt");
  });

  test("has a sign in the heatmaps and among the layers", () => {
    const map = lost().press("3");
    expect(rowWith(map, /eng_Latn/)).toMatch(/4\.000\? +5\.000 /);
    expect(rowWith(map, / v: 0/)).toContain("? the dictionary does not rebuild it");
    expect(rowWith(map.press("v"), /1\. 0/)).toMatch(/4\.000\? +1\.000 +0\.000\?/);
    const layers = lost().press("4");
    expect(rowWith(layers, /^▸ +1 +0/)).toMatch(/unrebuilt$/);
    expect(rowWith(layers, /^ +2 +2/)).not.toContain("unrebuilt");
  });

  test("is told in the overview, with the best", () => {
    expect(rowWith(lost().press("1"), /rebuilt, 1/)).toMatch(
      /variance unexplained from 0\.10 \(\w+\) to 0\.75 \((eng_Latn|tha_Thai)\),/,
    );
  });
});

test("layers tell how the best v of a language goes, and its place among the languages", () => {
  const driver = open().press("4");
  expect(rowWith(driver, /^▸ +1 +0/)).toMatch(/4\.000.*2\/3/);
  expect(rowWith(driver, /^ +2 +2/)).toMatch(/5\.000.*1\/3/);
  expect(driver.press("j", "enter").top).toMatchObject({ kind: "feature", layer: 2, rank: 1 });
});

test("the overview tells what it was made from, warnings first, and scrolls to its end", () => {
  const driver = open().press("1");
  expect(driver.lines[3]).toMatch(/warning +an odd warning/);
  expect(driver.text).not.toContain("vscore        0.1.0");
  expect(driver.press("G").text).toMatch(/vscore +0\.1\.0/);
});

test("what was made from it: exports, and runs that rescore it", () => {
  const driver = open({ exports: [{ file: "/runs/a/exports/x.csv", bytes: 2048 }] })
    .list(rowOf("a"), rowOf("b", { rescored_from: "a" }))
    .press("5");
  expect(driver.text).toContain("exports/x.csv  2 kB");
  expect(driver.text).toContain("b: rescored over eng_Latn, fra_Latn");
  expect(open().press("5").text).toContain("Nothing yet. e exports");
});

test("the log has what happened, and what Python said", () => {
  const driver = open({
    events: [{ type: "finished", at: "2025-01-01T00:00:00Z", duration_s: 3 }],
  }).press("6");
  expect(driver.text).toMatch(/2025-01-01 00:00:00 +finished in 3 s/);
  expect(driver.text).toContain("a line of Python's");
});
