import { describe, expect, test } from "vitest";
import { FLORES_PLUS } from "../../../src/config/flores-plus.js";
import { fidelityOf } from "../../fixtures/fidelities.js";
import { manyLanguageRun, metaOf, runOf } from "../../fixtures/runs.js";
import { sharingRun } from "../../fixtures/sharing-run.js";
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

describe("by another measure", () => {
  const opened = (changes = {}) => ({
    ...({ type: "run_opened", folder: "/runs/a" } as const),
    ...{ run: { ...sharingRun(), ...changes }, around: surroundings({ examples: null }) },
  });
  const shared = (size = { columns: 80, rows: 24 }) =>
    new Driver(undefined, size).list(rowOf("a")).press("enter").hear(opened());

  test("m ranks by the margin: another first feature, its score, its own v; and round to v again", () => {
    const driver = shared();
    expect(driver.text).toContain("top 100 by v");
    expect(rowWith(driver, /^▸/)).toMatch(/^▸ +1 +0 +5\.500/);
    driver.press("j", "m");
    expect(driver.text).toContain("all 3 by margin");
    expect(rowWith(driver, /rank +feature/)).toMatch(/feature +margin +v +95 % interval/);
    expect(rowWith(driver, /^▸/)).toMatch(/^▸ +1 +1 +4\.000 +4\.000/);
    expect(rowWith(driver, /^ +2 /)).toMatch(/^ +2 +0 +1\.000 +5\.500/);
    expect(driver.press("m", "m", "m").text).toContain("top 100 by v");
  });

  test("what the run does not know is passed over, with why", () => {
    const driver = shared().press("m", "m");
    expect(driver.text).toMatch(/Passed over: auroc: the run tiny has no evidence/);
    expect(driver.text).toContain("none by lape");
  });

  test("a list that is shorter, or empty, is what there is: the cursor stays in it, nothing else opens", () => {
    const byTau = shared().press("m", "m", "m");
    expect(byTau.text).toContain("all 2 by tau");
    expect(rowWith(byTau.press("G"), /^▸/)).toMatch(/^▸ +2 +0 +0\.550 +5\.500/);
    byTau.press("enter").press("right");
    expect(byTau.top).toMatchObject({ kind: "feature", rank: 2, feature: 0 });
    byTau.press("escape", "down");
    expect(byTau.text).toContain("tau ranks no feature of spa_Latn here.");
    expect(byTau.press("enter").top.kind).toBe("run");
    expect(byTau.text).toContain("tau ranks no feature of spa_Latn at layer 3.");
  });

  test("a feature is opened at its place by the measure, and one goes on along that", () => {
    const driver = shared().press("m", "enter");
    expect(driver.top).toMatchObject({ kind: "feature", rank: 1, feature: 1 });
    expect(driver.text).toContain("rank 1 by margin of eng_Latn");
    // Its own rank on every language is that by v.
    expect(rowWith(driver, /▸ eng_Latn/)).toMatch(/4\.000 +2$/);
    driver.press("right");
    expect(driver.top).toMatchObject({ kind: "feature", rank: 2, feature: 0 });
    for (const effect of driver.effects)
      if (effect.type === "look_at") driver.hear({ type: "looked_at", place: effect.place });
    expect(rowWith(driver.press("escape"), /^▸/)).toMatch(/^▸ +2 +0 +1\.000/);
  });

  test("heatmaps and layers follow it, with v; where no feature is ranked there is none", () => {
    const byTau = shared().press("m", "m", "m", "3");
    expect(byTau.text).toContain("v of each language's best feature by tau, by layer");
    expect(rowWith(byTau, /eng_Latn/)).toMatch(/4\.000/);
    expect(rowWith(byTau, /spa_Latn/)).toMatch(/spa_Latn +–/);
    expect(byTau.press("v").text).toMatch(/its best features by tau[\s\S]*1\. 1 +4\.000/);
    expect(rowWith(byTau.press("4"), /^▸/)).toMatch(/^▸ +3 +1 +4\.000 .*1\/3/);
    expect(rowWith(byTau.press("down"), /^▸/)).toMatch(/^▸ +3 +– +–$/);
    expect(byTau.press("enter").top.kind).toBe("run");
  });

  test("what is exported and tried in the lab is by it too, and said to be", () => {
    const driver = shared().press("m", "?");
    expect(driver.text).toContain("export top 50 by margin");
    expect(driver.text).toContain("report (by v)");
    driver.press("x", "e", "t");
    expect(driver.effects.slice(-2)).toEqual([
      { type: "export_csv", folder: "/runs/a", topK: 50, rankBy: "margin" },
      { type: "start_lab", folder: "/runs/a", rankBy: "margin" },
    ]);
    expect(driver.text).toContain("among the best of a language by margin");
  });

  test("a run that is read anew stays ranked as it was, if it still can be", () => {
    const driver = shared().press("m");
    expect(driver.hear(opened()).text).toContain("all 3 by margin");
    const foreign = { statistics: null, meta: { languages: ["eng_Latn"], layers: [3] } };
    expect(driver.hear(opened(foreign) as never).text).toContain("top 100 by v");
    expect(driver.press("m").text).toContain("top 100 by v");
  });

  test("a long name makes room for by what is ranked, and for what cannot be claimed", () => {
    const arabic = sharingRun();
    arabic.meta.languages[0] = "arb_Arab";
    const driver = new Driver().list(rowOf("a")).press("enter");
    driver.hear({ ...opened(), run: arabic }).press("m");
    const line = rowWith(driver, /language ↑/) as string;
    expect(line).toMatch(/arb_Arab Modern.*… ↓ {2}all 3 by margin; 2 texts: no claim$/);
    expect(line.length).toBeLessThanOrEqual(80);
  });

  test("no column says the same as the score, at any width", () => {
    for (const columns of [80, 100, 115, 140]) {
      const title = rowWith(shared({ columns, rows: 24 }).press("m"), /rank +feature/);
      expect(title?.match(/margin/g), String(columns)).toHaveLength(1);
      expect(title, String(columns)).toContain("flags");
    }
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

describe("of many languages", () => {
  const codes = [...FLORES_PLUS.keys()];
  const many = manyLanguageRun(codes);
  const at = (size = { columns: 80, rows: 24 }) =>
    new Driver(undefined, size)
      .list(rowOf("a", { languages: codes }))
      .press("enter")
      .hear({ type: "run_opened", folder: "/runs/a", run: many, around: surroundings() });

  test.each([
    { columns: 80, rows: 24 },
    { columns: 160, rows: 50 },
  ])("one is found by its name, on $columns × $rows", (size) => {
    const driver = at(size).press("/").type("frén");
    expect(driver.lines.length).toBeLessThanOrEqual(size.rows);
    expect(driver.text).toContain("1 of 230");
    expect(rowWith(driver, /▸/)).toMatch(/fra_Latn +French/);
    driver.press("enter");
    expect(driver.text).toMatch(/language ↑ fra_Latn French ↓/);
    expect(rowWith(driver, /^▸/)).toMatch(new RegExp(`^▸ +1 +${codes.indexOf("fra_Latn")} `));
  });

  test("the list goes along, and Esc leaves everything as it was", () => {
    const driver = at().press("right", "/").type("arab").press("down", "down", "pagedown");
    expect(rowWith(driver, /▸/)).toMatch(/Arab/);
    expect(driver.press("escape").text).toMatch(/layer ‹ 2 ›.*ace_Arab/);
  });

  test("what nobody speaks is not found, and Enter goes on looking", () => {
    const driver = at().press("/").type("xyzzy");
    expect(driver.text).toContain("No language of this run");
    expect(driver.press("enter").text).toContain("0 of 230");
  });

  test("from a tab of the whole run it leads to the language's features", () => {
    const driver = at().press("1");
    expect(driver.text).toContain("230: 2 texts in each");
    expect(driver.press("/").type("thai").press("enter").text).toMatch(/tha_Thai Thai/);
  });

  test("a feature shows the languages on which it is strongest, and its own", () => {
    const { text, lines } = at().press("j", "enter");
    expect(text).toContain("more languages, on which it is no stronger");
    expect(lines.some((line) => line.startsWith("▸ ace_Arab"))).toBe(true);
  });
});
