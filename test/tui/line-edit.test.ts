import fc from "fast-check";
import { expect, test } from "vitest";
import { around, EDIT_KEYS, edit, edited, type LineEdit } from "../../src/tui/line-edit.js";

const after = (line: LineEdit, ...keys: string[]) => keys.reduce(edit, line);

test("typing, moving and removing work on whole characters", () => {
  expect(after(edited("ab"), "c")).toEqual({ text: "abc", at: 3 });
  expect(after(edited("ab"), "left", "x")).toEqual({ text: "axb", at: 2 });
  expect(after(edited("a日ที่"), "backspace").text).toBe("a日");
  expect(after(edited("abc"), "home", "delete").text).toBe("bc");
  expect(after(edited("one two"), "ctrl-w").text).toBe("one ");
  expect(after(edited("one two"), "ctrl-u").text).toBe("");
  expect(after(edited("ab"), "home", "backspace", "left").at).toBe(0);
});

test("the cursor stands on what is under it, and behind the end on a space", () => {
  expect(around({ text: "abc", at: 1 })).toEqual(["a", "b", "c"]);
  expect(around(edited("ab"))).toEqual(["ab", " ", ""]);
});

test("whatever is pressed, the cursor stays within the line", () => {
  const keys = fc.array(fc.constantFrom(...EDIT_KEYS, "a", "é", "日", "\u0301", " "));
  fc.assert(
    fc.property(keys, (all) => {
      const line = after(edited(""), ...all);
      const [before, , behind] = around(line);
      expect(line.text.startsWith(before)).toBe(true);
      expect(line.text.endsWith(behind)).toBe(true);
    }),
  );
});
