import fc from "fast-check";
import { expect, test } from "vitest";
import { asJson, asJsonLine } from "../../src/commands/output.js";

test("JSON says what was meant, and nothing in it steers a terminal", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const told = asJson({ text });
      expect(JSON.parse(told)).toEqual({ text });
      expect(told.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u);
    }),
  );
  expect(asJsonLine({ text: "\u2028\n", list: [1] })).toBe('{"text":"\\u2028\\n","list":[1]}\n');
  expect(asJson("\u009b31m\u202e")).toBe('"\\u009b31m\\u202e"\n');
});
