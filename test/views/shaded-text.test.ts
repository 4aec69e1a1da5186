import fc from "fast-check";
import { expect, test } from "vitest";
import { textOf } from "../../src/views/line.js";
import { contextLines, drawnTokens } from "../../src/views/shaded-text.js";

test("tokens are drawn as they are", () => {
  expect(drawnTokens(["<bos>", "Le", " chat"], [null, 0, 2])).toEqual([
    { token: 0, text: "<bos>", activation: null },
    { token: 1, text: "Le", activation: 0 },
    { token: 2, text: " chat", activation: 2 },
  ]);
});

test("a vowel on a letter is drawn with it, in the stronger of the two tokens", () => {
  expect(
    drawnTokens(["ก", "ำห", "จ", "ี่"], [1, 3, 2, 0]).map(({ text, activation }) => [
      text,
      activation,
    ]),
  ).toEqual([
    ["กำ", 3],
    ["ห", 3],
    ["จี่", 2],
  ]);
});

test("bytes of one character are drawn once, with the strongest of them", () => {
  expect(
    drawnTokens(["严", "", "", "a"], [0, 5, 1, 2]).map(({ text, activation }) => [
      text,
      activation,
    ]),
  ).toEqual([
    ["严", 5],
    ["a", 2],
  ]);
});

test("whatever the tokens are, the text is drawn whole", () => {
  const piece = fc
    .array(fc.constantFrom("ก", "ำ", "ี่", "a", " ", "e", "\u0301", "👍", "🏽", "\u200d", "한", ""))
    .map((all) => all.join(""));
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const drawn = drawnTokens(
        pieces,
        pieces.map((_, at) => at),
      );
      expect(drawn.map(({ text }) => text).join("")).toBe(pieces.join(""));
    }),
  );
});

test("contexts without colours have a sign of strength behind each token", () => {
  const context = {
    ...{ language: "tha_Thai", id: "a", first_token: 0, tokens_in_text: 2 },
    ...{ pieces: ["ก", "ำ"], activations: [0, 5] },
  };
  const lines = contextLines([context], { columns: 80, colorDepth: 1 }).map(textOf);
  expect(lines).toContain("  กำ█");
  expect(contextLines(null, { columns: 80, colorDepth: 1 })).toHaveLength(1);
});
