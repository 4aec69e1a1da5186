import type { Key } from "ink";
import { expect, test } from "vitest";
import { actionOf, type Binding, keyNames, shownKeys, TEXT } from "../../src/tui/keys.js";

const key = (changes: Partial<Key> = {}): Key => changes as Key;

test("keys have one name each, however they come", () => {
  expect(keyNames("", key({ upArrow: true }))).toEqual(["up"]);
  expect(keyNames("\r", key({ return: true }))).toEqual(["enter"]);
  expect(keyNames("", key({ tab: true, shift: true }))).toEqual(["shift-tab"]);
  expect(keyNames("c", key({ ctrl: true }))).toEqual(["ctrl-c"]);
  expect(keyNames("G", key({ shift: true }))).toEqual(["G"]);
});

test("a fast hand or a paste is as many keys; a letter keeps its marks", () => {
  expect(keyNames("jj", key())).toEqual(["j", "j"]);
  expect(keyNames("ที่a\n", key())).toEqual(["ที่", "a", "enter"]);
  expect(keyNames("\r\u0015x\u007f\t", key())).toEqual([
    ...["enter", "ctrl-u", "x", "backspace", "tab"],
  ]);
});

test("a key that is let go, or that is held with Alt, is none", () => {
  expect(keyNames("a", key({ eventType: "release" }))).toEqual([]);
  expect(keyNames("a", key({ meta: true }))).toEqual([]);
});

const bindings: Binding<string>[] = [
  { keys: ["a", "up"], does: "first", action: "first" },
  { keys: [TEXT, "left"], does: "typed", action: (text) => `typed ${text}` },
];

test("a key does what its binding says; a character that has none is text where text is typed", () => {
  expect(actionOf(bindings, "a")).toBe("first");
  expect(actionOf(bindings, "b")).toBe("typed b");
  expect(actionOf(bindings, "ที่")).toBe("typed ที่");
  expect(actionOf(bindings, "left")).toBe("typed left");
  expect(actionOf(bindings, "down")).toBeUndefined();
  expect(actionOf(bindings, "\u001b")).toBeUndefined();
  expect(actionOf(bindings.slice(0, 1), "b")).toBeUndefined();
});

test("help shows keys as they are printed on them", () => {
  expect(shownKeys(bindings[0] as Binding<string>)).toBe("a ↑");
  expect(shownKeys({ keys: ["q", "ctrl-c"], does: "", action: "" })).toBe("q ^c");
});
