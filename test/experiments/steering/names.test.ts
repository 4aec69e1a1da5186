import { expect, it } from "vitest";
import { PAPER_TEN } from "../../../src/config/languages.js";
import { labelOf, labelsOf, tagOf } from "../../../src/experiments/steering/names.js";
import { failureOf } from "../../fixtures/failure.js";

it("languages have the names that the steering repository asks for, others those of FLORES+ without a script", () => {
  expect([...labelsOf(PAPER_TEN).values()]).toEqual(
    "English Spanish French Japanese Korean Portuguese Thai Vietnamese Chinese Arabic".split(" "),
  );
  expect(labelOf("kas_Arab")).toBe("Kashmiri");
  expect(labelOf("deu_Latn")).toBe("German");
});

it("two languages of one name are refused", () => {
  expect(failureOf(() => labelsOf(["kas_Arab", "kas_Deva"])).message).toMatch(
    /both called Kashmiri/,
  );
});

it("models have the short names of the steering repository", () => {
  expect(tagOf("google/gemma-2-2b")).toBe("gemma-2-2b");
  expect(tagOf("Qwen/Qwen3-0.6B")).toBe("qwen");
  expect(tagOf("embedded:model")).toBe("embedded-model");
});
