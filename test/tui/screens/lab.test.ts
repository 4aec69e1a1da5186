import { expect, test } from "vitest";
import type { ExploredText } from "../../../src/explore/explored-text.js";
import type { LabNews } from "../../../src/tui/lab-process.js";
import { newLabScreen } from "../../../src/tui/screens/lab/state.js";
import { RUNS } from "../../../src/tui/screens/runs/state.js";
import { Driver, threeLanguageRun } from "../../fixtures/tui.js";

const open = () => new Driver([RUNS, newLabScreen("/runs/a", threeLanguageRun(), 0)]);
const lab = (news: LabNews) => ({ type: "lab", news }) as const;
const ready = lab({ type: "ready", device: "cpu", layers: [1, 2], warnings: [] });

const token = (piece: string, language: string | null): ExploredText["tokens"][number] => ({
  ...{ piece, start: 0, end: 1, counted: language !== null },
  layers: [1, 2].map((layer) => ({
    layer,
    features:
      language === null ? [] : [{ feature: layer, activation: 4.25, language, rank: 1, v: 2 }],
    speaks_for: language === null ? [] : [{ language, share: 1 }],
  })),
});
const result = (text: string): ExploredText => ({
  ...{ schema_version: 1, run: "a", text, top_k: 5, among: 100, ranked_by: "v", warnings: [] },
  tokens: [token("<bos>", null), token("Le", "fra_Latn"), token(" \u001b[2J", "tha_Thai")],
  layers: [1, 2].map((layer) => ({
    layer,
    speaks_for: [
      { language: "fra_Latn", share: 0.6 },
      { language: "tha_Thai", share: 0.4 },
    ],
  })),
});

test("one can type while the model loads; it is asked once it is there", () => {
  const driver = open()
    .hear(lab({ type: "phase", phase: "loading model" }))
    .type("Le");
  expect(driver.text).toContain("loading the model: loading model");
  expect(driver.effects).toEqual([]);
  driver.hear(ready);
  expect(driver.effects).toEqual([{ type: "ask_lab", text: "Le" }]);
  expect(driver.text).toContain("model on cpu: reading");
});

test("every change is asked for, moving the cursor is not", () => {
  const driver = open().hear(ready).type("ab").press("left", "home").press("delete");
  expect(driver.effects.map((effect) => (effect as { text: string }).text)).toEqual([
    "a",
    "ab",
    "b",
  ]);
});

test("tokens tell their features, and for whom they speak, at the layer that is looked at", () => {
  const driver = open()
    .hear(ready)
    .type("Le")
    .hear(lab({ type: "read", result: result("Le") }));
  expect(driver.text).toContain("this text speaks for  fra 60% tha 40%");
  expect(driver.text).toMatch(/Le +fra 100% +1 fra 4\.250/);
  expect(driver.text).toMatch(/<bos> +\(does not count\)/);
  expect(driver.text).toMatch(/·␛\[2J +tha 100%/);
  expect(driver.press("tab").text).toMatch(/layer ‹ 2 ›[\s\S]*Le +fra 100% +2 fra 4\.250/);
  expect(driver.press("down").lines.find((line) => line.startsWith("▸"))).toContain("Le");
});

test("a text that could not be read, and a model that is gone, say so; Enter starts again", () => {
  const driver = open()
    .hear(ready)
    .type("x")
    .hear(lab({ type: "unread", message: "too long" }));
  expect(driver.text).toContain("too long");
  driver.hear(lab({ type: "ended", message: "Python died; its log is in /tmp/engine.log" }));
  expect(driver.text).toMatch(
    /the model is gone[\s\S]*Python died; its log is in \/tmp\/engine\.log/,
  );
  driver.press("enter");
  expect(driver.effects.slice(-2)).toEqual([
    { type: "end_lab" },
    { type: "start_lab", folder: "/runs/a" },
  ]);
  expect(driver.hear(ready).effects.at(-1)).toEqual({ type: "ask_lab", text: "x" });
});

test("what is still read when the line is emptied is of no text any more", () => {
  const driver = open().hear(ready).type("ab").press("ctrl-u");
  expect(driver.effects.at(-1)).toEqual({ type: "ask_lab", text: "" });
  driver.hear(lab({ type: "read", result: result("a") }));
  expect(driver.text).toContain("It follows what you type.");
  expect(driver.text).not.toContain("reading…");
});

test("features that do not fit are left out whole, and all are told of the chosen token", () => {
  const driver = open()
    .hear(ready)
    .type("Le")
    .hear(lab({ type: "read", result: result("Le") }))
    .press("down");
  expect(driver.text).toMatch(/Le: 1 4\.250 \(1\. of fra_Latn\)/);
});

test("an empty line asks for nothing, and shows nothing of the text before", () => {
  const driver = open()
    .hear(ready)
    .type("a")
    .hear(lab({ type: "read", result: result("a") }))
    .press("backspace");
  expect(driver.effects).toHaveLength(1);
  expect(driver.text).toContain("It follows what you type.");
});
