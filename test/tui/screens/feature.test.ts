import { expect, test } from "vitest";
import { frameOf } from "../../../src/tui/frame.js";
import { newFeatureScreen } from "../../../src/tui/screens/feature/state.js";
import { RUNS } from "../../../src/tui/screens/runs/state.js";
import { Driver, surroundings, threeLanguageRun } from "../../fixtures/tui.js";

const run = threeLanguageRun();
const open = (layer = 1, colorDepth = 8) =>
  new Driver(
    [
      RUNS,
      newFeatureScreen(run, surroundings(), {
        folder: "/runs/a",
        layer,
        language: layer === 1 ? "tha_Thai" : "eng_Latn",
        rank: 1,
      }),
    ],
    { columns: 80, rows: 30 },
    colorDepth,
  );
const rowWith = ({ lines }: Driver, words: RegExp) => lines.find((line) => words.test(line));

test("the means on every language, strongest first, with v and rank there", () => {
  const driver = open();
  expect(driver.lines[1]).toContain(
    "feature 2  of layer 1, rank 1 of tha_Thai, hook blocks.1.hook_resid_post",
  );
  expect(rowWith(driver, /^▸/)).toMatch(
    /^▸ tha_Thai Thai +█+ +5\.000 ± 0\.500 +25\.0% +5\.000 +1$/,
  );
  expect(rowWith(driver, /eng_Latn/)).toMatch(
    /eng_Latn English +0\.000 ± 0\.500 +25\.0% +0\.000 +3$/,
  );
  expect(driver.text).toContain("v(f, L) = mean activation of feature f on language L");
  expect(driver.text).toContain("from 20–30 counted tokens of 2 texts a language");
  expect(rowWith(driver, /language +mean/)?.length).toBeLessThanOrEqual(80);
});

test("contexts are shown as texts, each token on the colour of its activation; escapes are not obeyed", () => {
  const driver = open();
  expect(driver.text).toContain("tha_Thai, text article-1");
  expect(driver.text).toContain("<bos>ที่นี่␛[2J 日本語");
  const spans = frameOf(driver.app).flat();
  const strongest = spans.find(({ text }) => text === " 日本語");
  expect(strongest?.background).toBe("#fde725");
  expect(spans.find(({ text }) => text === "ที่")?.background).toBeUndefined();
  expect(open(1, 1).text).toContain(" 日本語█");
});

test("o opens its page, which is on the screen as a link; where none is known there is no such key", () => {
  const url = "https://www.neuronpedia.org/gemma-2-2b/1-gemmascope-res-16k/2";
  const driver = open().press("o");
  expect(driver.effects).toEqual([{ type: "open_link", url }]);
  expect(
    frameOf(driver.app)
      .flat()
      .find(({ link }) => link !== undefined),
  ).toMatchObject({ text: url, link: url });
  const without = open(2).press("o");
  expect(without.effects).toEqual([]);
  expect(without.text).toContain("no page on Neuronpedia");
  expect(without.text).toContain("No contexts are kept");
});

test("the arrows go along the language's ranking, and stop at its ends", () => {
  const driver = open().press("right");
  expect(driver.lines[1]).toContain("feature 3  of layer 1, rank 2 of tha_Thai");
  expect(driver.press("left", "left").lines[1]).toContain("feature 2 ");
  expect(driver.press(..."l".repeat(9)).lines[1]).toContain("rank 4 of tha_Thai");
});
