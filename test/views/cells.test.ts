import fc from "fast-check";
import { expect, test } from "vitest";
import { cut, padded, width, wrapped } from "../../src/views/cells.js";

const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc
    .array(fc.constantFrom("日本", "ที่", "مَ", "a", " ", "é", "\u001b[2J", "👩‍👩‍👧"), {
      maxLength: 12,
    })
    .map((parts) => parts.join("")),
);
const columns = fc.integer({ min: 1, max: 40 });

test("a padded text takes exactly its columns, whatever is in it", () => {
  fc.assert(
    fc.property(
      text,
      columns,
      fc.constantFrom("left", "right") as fc.Arbitrary<"left" | "right">,
      (each, wide, align) => {
        expect(width(padded(each, wide, align))).toBe(wide);
      },
    ),
  );
});

test("what was cut says so, and no character is cut in two", () => {
  expect(cut("日本語", 5)).toBe("日本…");
  expect(cut("日本語", 4)).toBe("日…");
  expect(cut("ที่นี่", 1)).toBe("…");
  expect(cut("abc", 3)).toBe("abc");
  expect(cut("abc", 0)).toBe("");
});

test("control characters are shown, never obeyed", () => {
  expect(padded("a\u001b[2J", 8)).toBe("a␛[2J   ");
});

test("lines break at spaces, and keep every word", () => {
  expect(wrapped("the cat sat on the mat", 11)).toEqual(["the cat sat", "on the mat"]);
  expect(wrapped("abcdefgh ij", 4)).toEqual(["abcd", "efgh", "ij"]);
  expect(wrapped("", 10)).toEqual([""]);
  fc.assert(
    fc.property(text, columns, (each, wide) => {
      fc.pre(wide >= 2);
      for (const line of wrapped(each, wide)) expect(width(line)).toBeLessThanOrEqual(wide);
    }),
  );
});
