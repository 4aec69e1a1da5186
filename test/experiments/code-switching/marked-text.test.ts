import { expect, test } from "vitest";
import { parseMarks } from "../../../src/experiments/code-switching/marked-text.js";
import { failureOf } from "../../fixtures/failure.js";

test("marks are taken out, places are those of the text without them", () => {
  expect(parseMarks("Un [[dog]] et deux [[ 猫 ]].")).toEqual({
    text: "Un dog et deux  猫 .",
    words: [
      { word: "dog", start: 3, end: 6 },
      { word: "猫", start: 16, end: 17 },
    ],
  });
  expect(parseMarks("👍[[犬]]").words).toEqual([{ word: "犬", start: 1, end: 2 }]);
  expect(parseMarks("a[0] [[b]]").text).toBe("a[0] b");
});

test.each([
  ["no mark", "no marked word"],
  ["[[a", "a [[ without its ]]"],
  ["a]]", "a ]] without its [["],
  ["[[a [[b]]", "a [[ inside another"],
  ["[[ ]]", "nothing between [[ and ]]"],
  ["", "The text is empty"],
])("%s is refused", (text, words) => {
  const error = failureOf(() => parseMarks(text));
  expect(error.exitCode).toBe(2);
  expect(error.message).toContain(words);
});
