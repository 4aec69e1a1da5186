import fc from "fast-check";
import { expect, test } from "vitest";
import { visible, visibleLines } from "../../src/views/escape.js";

test.each([
  ["\u001b[31mred", "␛[31mred"],
  ["bell\u0007", "bell\\x07"],
  ["two\nlines\r", "two\\x0alines\\x0d"],
  ["\u009b", "\\x9b"],
  ["\u202egnp.exe", "\\u202egnp.exe"],
  ["\u2028", "\\u2028"],
  ["日本語 ñ 👍", "日本語 ñ 👍"],
])("%j is shown as %j", (text, shown) => {
  expect(visible(text)).toBe(shown);
});

test("nothing that moves the cursor or the direction of writing is left", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(visible(text)).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u);
    }),
  );
});

test("lines stay lines, what is in them is made visible", () => {
  expect(visibleLines("a\u001b[2J\nb\tc")).toBe("a␛[2J\nb\\x09c");
});
