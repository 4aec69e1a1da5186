import { expect, test } from "vitest";
import { closeAndDistant } from "../../../src/experiments/ablation/close-and-distant.js";

test("a close and a distant language of the list; others stand in where it has none", () => {
  const languages = ["fra_Latn", "spa_Latn", "tha_Thai", "deu_Latn"];
  expect(closeAndDistant("fra_Latn", languages)).toEqual(["spa_Latn", "tha_Thai"]);
  expect(closeAndDistant("vie_Latn", ["vie_Latn", "deu_Latn", "eng_Latn"])).toEqual([
    "deu_Latn",
    "eng_Latn",
  ]);
  expect(closeAndDistant("deu_Latn", ["deu_Latn"])).toEqual([]);
});
