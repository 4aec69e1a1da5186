import { expect, test } from "vitest";
import { brokenFrame } from "../../src/tui/frame.js";
import type { Effect } from "../../src/tui/model.js";
import { Store } from "../../src/tui/store.js";
import { textOf } from "../../src/views/line.js";
import { Driver, rowOf } from "../fixtures/tui.js";

test("every change is told, and what it asks for is performed", () => {
  const store = new Store(new Driver().app);
  const asked: Effect[] = [];
  let told = 0;
  store.onEffect((effect) => asked.push(effect));
  const leave = store.subscribe(() => told++);
  store.hear({ type: "listed", rows: [rowOf("a")] });
  store.press("enter");
  store.press("F");
  expect(told).toBe(2);
  expect(asked).toEqual([{ type: "open_run", folder: "/runs/a" }]);
  leave();
  store.press("escape");
  expect(told).toBe(2);
});

test("a piece of news that cannot be dealt with is told, and the screens stay", () => {
  const store = new Store(new Driver().app);
  store.hear({ type: "listed", rows: null as never });
  expect(store.state().notice).toMatchObject({ tone: "wrong" });
  expect(store.state().screens).toHaveLength(1);
});

test("a screen that cannot be drawn says how to leave it, within the terminal", () => {
  const { app } = new Driver();
  const lines = brokenFrame(app, new Error("odd")).map(textOf);
  expect(lines).toHaveLength(24);
  expect(lines.join("\n")).toMatch(/Esc goes back[\s\S]*Error: odd/);
});
