import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeText, linesOf, refuseUnreadable, textOfLine } from "../../src/explore/text-lines.js";

const bytes = (text: string) => new TextEncoder().encode(text);

async function* chunksOf(whole: Uint8Array, cuts: readonly number[]) {
  const places = [0, ...cuts.map((cut) => cut % (whole.length + 1)), whole.length];
  places.sort((a, b) => a - b);
  for (let at = 1; at < places.length; at++) yield whole.subarray(places[at - 1], places[at]);
}

test("lines come whole wherever the stream is cut, and line separators are part of them", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom("", "a", "né\r", "👍🏽", "\u2028\u2029", '"\\n"')),
      fc.boolean(),
      fc.array(fc.nat(), { maxLength: 5 }),
      async (lines, isEnded, cuts) => {
        const text = lines.join("\n") + (isEnded && lines.length > 0 ? "\n" : "");
        const found: string[] = [];
        for await (const line of linesOf(chunksOf(bytes(text), cuts)))
          found.push(decodeText(line, "it"));
        const expected = text.split("\n");
        if (expected.at(-1) === "") expected.pop();
        expect(found).toEqual(expected);
      },
    ),
  );
});

test.each([
  ["plain text", "plain text"],
  ["a \\n stays", "a \\n stays"],
  ["windows\r", "windows"],
  ['"two\\nlines"', "two\nlines"],
  ['"\\"quoted\\""\r', '"quoted"'],
  ["{}", "{}"],
  ["", ""],
])("the line %j is the text %j", (line, text) => {
  expect(textOfLine(bytes(line))).toBe(text);
});

test("a line that begins with a double quote must be a JSON string, and every line UTF-8", () => {
  expect(() => textOfLine(bytes('"open'))).toThrow("is not a JSON string");
  expect(() => textOfLine(Uint8Array.of(0xff))).toThrow("The line is not UTF-8 text");
});

test("a text that no tokenizer takes, or that is of no language, is refused", () => {
  expect(() => refuseUnreadable("")).toThrow("The text is empty");
  expect(() => refuseUnreadable("\ud800")).toThrow("half of a surrogate pair");
  for (const spaces of [" ", "\n\t ", "\u3000"])
    expect(() => refuseUnreadable(spaces)).toThrow("nothing but spaces");
  expect(() => refuseUnreadable(" a ")).not.toThrow();
});
