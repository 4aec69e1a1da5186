import { expect, test } from "vitest";
import { recognisePickle, recogniseTable } from "../../src/exchange/recognise.js";

test.each([
  ["interaction-matrix", { M: [[1]], languages: ["en"] }],
  ["ablation-by-layer", { fig5_data: { en: { fr: [1] } } }],
  ["joint-ablation-by-layer", { fig6_data: { en: { "top-1": { fr: [1] } } } }],
  ["synergy-by-layer", { synergy_data: { "en|fr": [] } }],
  ["language-synergy", { results: { "a|b": { delta_A: 0, delta_B: 0, delta_AB: 0, synergy: 0 } } }],
  ["downstream", { results: { qa: { en: { baseline: 1, "top-1": 0 } } } }],
])("%s, by its keys", (kind, value) => {
  expect(recognisePickle(value).kind).toBe(kind);
});

test.each([
  ["interaction-matrix", ",en\nen,1\n"],
  ["downstream", "task,metric,lang,baseline,ablated,delta\nQA,F1,en,1,2,1\n"],
])("%s, by its header", (kind, text) => {
  expect(recogniseTable(text).kind).toBe(kind);
});

test("what is unknown is refused with what it has", () => {
  expect(() => recognisePickle({ alpha: 1, beta: 2 })).toThrow("the keys alpha, beta");
  expect(() => recognisePickle({})).toThrow("the keys (none)");
  expect(() => recognisePickle([1])).toThrow("a list");
  expect(() => recognisePickle("x")).toThrow("a value of type string");
  const many = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`k${n}`, n]));
  expect(() => recognisePickle(many)).toThrow("k11 and 8 more");
  expect(() => recognisePickle({ M: 1, odd: 2 })).toThrow("the keys M, odd, and at M: ");
  expect(() => recogniseTable("layer,language\n0,en\n")).toThrow("the columns layer, language");
  expect(() => recogniseTable("")).toThrow("the columns (none)");
});
