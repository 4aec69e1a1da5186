import { expect, it } from "vitest";
import {
  beginningOf,
  clipped,
  continuationPrompt,
  identificationPrompt,
} from "../../../src/experiments/steering/prompts.js";

it("asks as the steering repository asks, with nothing behind the last colon", () => {
  expect(identificationPrompt("Salut.")).toBe(
    "Identify the language of the following text in one word.\nText: Salut.\nLanguage:",
  );
  expect(continuationPrompt("Salut.", "Spanish")).toBe(
    "Continue the following text in Spanish.\nText: Salut.\nContinuation:",
  );
});

it("a beginning ends with a word, or with a character where words are not told apart", () => {
  expect(beginningOf(" Le chat est assis sur le mur", 4)).toBe("Le chat est assis");
  expect(beginningOf("すべての人間は、生まれながらにして自由であり", 5)).toBe(
    "すべての人間は、生まれな",
  );
  // The vowel above its letter is no character of its own.
  expect([...new Intl.Segmenter().segment(beginningOf("มนุษย์ทั้งหลายเกิดมามีอิสระ", 5))]).toHaveLength(
    12,
  );
  const long = `${"Donaudampfschifffahrtsgesellschaft ".repeat(3)}`;
  expect(beginningOf(long, 5)).toBe("Donaudampfschifffahrtsgesellschaft");
});

it("what was written is cut to words, or to three characters for each", () => {
  expect(clipped("\n une  maison\tbleue et verte", 3)).toBe("une maison bleue");
  expect(clipped("人人生而自由，在尊严和权利上一律平等", 2)).toBe("人人生而自由");
  expect(clipped("모든 인간은 태어날 때부터", 2)).toBe("모든 인간은");
  expect(clipped("", 5)).toBe("");
});
