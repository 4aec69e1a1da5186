import { expect, test } from "vitest";
import { brokenFrame, frameOf } from "../../src/tui/frame.js";
import type { OpenedRun } from "../../src/tui/model.js";
import { newFeatureScreen } from "../../src/tui/screens/feature/state.js";
import { newLabScreen } from "../../src/tui/screens/lab/state.js";
import { newRunScreen, TABS } from "../../src/tui/screens/run/state.js";
import { RUNS } from "../../src/tui/screens/runs/state.js";
import { width } from "../../src/views/cells.js";
import { textOf } from "../../src/views/line.js";
import { metaOf, runOf } from "../fixtures/runs.js";
import { Driver, rowOf, surroundings } from "../fixtures/tui.js";

/** A run of so many languages, layers and features; every v is 0 where `isSilent`. */
function oddRun(languages: number, layers: number, features: number, isSilent = false): OpenedRun {
  const codes = Array.from({ length: languages }, (_, k) => `l${String(k).padStart(2, "0")}_Latn`);
  const score = (k: number, f: number) => (isSilent ? 0 : Math.sin(k * 7 + f) * 1e6);
  const rows = codes.map((_, k) => Array.from({ length: features }, (_, f) => score(k, f)));
  const numbers = Array.from({ length: layers }, (_, layer) => layer * 3);
  const perLayer = Object.fromEntries(numbers.map((layer) => [layer, rows]));
  const ofEach = Object.fromEntries(codes.map((code) => [code, 1]));
  const meta = metaOf({
    ...{ languages: codes, layers: numbers, texts: ofEach, tokens_counted: ofEach, tokens: ofEach },
    dictionaries: numbers.map((layer) => ({
      ...{ layer, release: "r", sae_id: "s", source: null, architecture: "jumprelu", d_in: 8 },
      ...{ d_sae: features, hook_name: `blocks.${layer}.hook_resid_post`, revision: null },
      ...{ hook_module: "m", normalize_activations: null, neuronpedia_id: null, model_name: null },
    })),
  });
  return { ...runOf(meta, perLayer), name: "odd\u001b]0;title\u0007" };
}

test.each<[string, OpenedRun]>([
  ["two languages, one layer, one feature", oddRun(2, 1, 1)],
  ["two hundred languages", oddRun(200, 2, 5)],
  ["thirty layers", oddRun(3, 30, 5)],
  ["a run in which nothing fires", oddRun(3, 2, 4, true)],
])("%s: every screen can be drawn, moved about in, and keeps to the terminal", (_, run) => {
  const opened = { run, around: surroundings({ examples: null }) };
  const place = {
    folder: "/runs/a",
    layer: run.meta.layers[0] as number,
    language: run.meta.languages[1] as string,
    rank: 1,
  };
  const screens = [
    ...TABS.map((tab) => ({ ...newRunScreen("/runs/a\u001b[2J"), opened, tab })),
    { ...newRunScreen("/runs/a"), opened, tab: "heatmap" as const, heatmap: "features" as const },
    newFeatureScreen(run, opened.around, place),
    newLabScreen("/runs/a", run, 0),
  ];
  for (const screen of screens)
    for (const size of [
      { columns: 80, rows: 24 },
      { columns: 20, rows: 5 },
    ]) {
      const driver = new Driver([RUNS, screen], size).list(rowOf("a"));
      for (const key of [
        "down",
        "right",
        "j",
        "G",
        "v",
        "m",
        "G",
        "m",
        "up",
        "left",
        "k",
        "g",
        "pagedown",
        "enter",
        "escape",
      ])
        if (driver.app.screens.length > 1) {
          driver.press(key);
          const lines = frameOf(driver.app).map(textOf);
          expect(lines).toHaveLength(size.rows);
          if (size.columns >= 80)
            for (const line of lines) expect(width(line), line).toBeLessThanOrEqual(80);
          expect(lines.join("")).not.toMatch(/NaN|Infinity|undefined|\[object/);
        }
    }
});

test("a frame of an error fits too", () => {
  expect(
    brokenFrame(new Driver([RUNS], { columns: 20, rows: 5 }).app, new Error("x")),
  ).toHaveLength(5);
});
