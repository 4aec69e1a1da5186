import { expect, test } from "vitest";
import type { RunDifference } from "../../src/comparison/run-differences.js";
import { differenceLines } from "../../src/views/run-differences-table.js";

const told = (...differences: RunDifference[]) =>
  differenceLines({ differences, untold: { first: [], second: [] } }).map((line) =>
    line.replace(/ {2,}/g, " | "),
  );

test("each difference with both values, hashes by their beginnings, -1 as all", () => {
  const lines = told(
    { key: "model_id", first: "a/b", second: "c/d" },
    { key: "corpus_revision", first: `sha256:${"0123456789ab".padEnd(64, "f")}`, second: null },
    { key: "n_texts_per_lang", first: 25, second: -1 },
    { key: "texts", first: { a: 25, b: 25 }, second: { a: 48, b: 50 } },
    { key: "texts_sha256", first: { a: "1" }, second: { a: "2" } },
  );
  expect(lines.slice(2)).toEqual([
    "model | a/b | c/d",
    "corpus revision | sha256:0123456789ab… | –",
    "texts a language, as asked | 25 | all",
    "texts a language | 25 | 48–50",
    "the texts themselves | of a | as many others",
  ]);
});

test("other languages are named, not all of them, with what they do to v", () => {
  const many = Array.from({ length: 10 }, (_, at) => `l${at}`);
  const lines = told({ key: "languages", first: ["x", "y"], second: ["x", ...many] });
  expect(lines).toContain(
    "languages | 2, only here: y | 11, only here: l0, l1, l2, l3, l4, l5, l6, l7 and 2 more",
  );
  expect(lines.at(-1)).toContain("v is a difference to the other languages");
});

test("other dictionaries are one line, by what tells them apart", () => {
  const one = { layer: 1, release: "r", sae_id: "l1", source: null, hook_name: "out" };
  const revisions = ["a", "b"].map((digit) => digit.repeat(40));
  const of = (layer: number, changes: object): RunDifference => ({
    ...{ key: "dictionary", layer, first: { ...one, revision: revisions[0] } },
    second: { ...one, revision: revisions[1], ...changes },
  });
  expect(told(of(1, {}), of(2, {}))).toContain(
    "dictionary of layer 1 (and 1 more) | l1 aaaaaaaaaaaa… | l1 bbbbbbbbbbbb…",
  );
  expect(told(of(1, { release: "s", hook_name: "in" }))).toContain(
    "dictionary of layer 1 | r l1 out | s l1 in",
  );
});

test("no difference is said too, and what cannot be told", () => {
  const lines = differenceLines({
    differences: [],
    untold: { first: [], second: ["model_revision", "pool"] },
  });
  expect(lines).toEqual([
    expect.stringContaining("differ in nothing that both tell"),
    "Not told by the second: model revision, mean over. They may differ as well.",
  ]);
});
