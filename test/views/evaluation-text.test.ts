import { expect, test } from "vitest";
import {
  evaluatedTitle,
  evaluationNotes,
  evaluationText,
  noClaim,
} from "../../src/views/evaluation-text.js";
import { factsOf } from "../fixtures/ablations.js";

const facts = factsOf(["eng_Latn"]);

test("the corpus, texts and the documents that these are from, where that says more", () => {
  expect(evaluationText(facts)).toBe("manuals (devtest), 60 texts or more a language");
  expect(evaluationText({ ...facts, split: null, fewest_documents: 6 })).toBe(
    "manuals, 60 texts from 6 documents or more a language",
  );
});

test("where nothing is claimed, texts and titles say why", () => {
  expect(noClaim({ evaluation: facts, is_enough: true })).toBeNull();
  expect(evaluatedTitle("T", { evaluation: facts, is_enough: true })).toBe("T");
  const few = { evaluation: { ...facts, fewest: 6 }, is_enough: false };
  expect(noClaim(few)).toContain("Only 6 texts");
  expect(evaluatedTitle("T", few)).toBe("T (only 6 texts: no claim)");
  const same = { evaluation: { ...facts, is_disjoint: false }, is_enough: false };
  expect(noClaim(same)).toContain("chosen on");
  expect(evaluatedTitle("T", same)).toContain("(on texts that chose the features: no claim)");
});

test("who is missing, and what was left out", () => {
  expect(evaluationNotes(facts)).toEqual([]);
  expect(evaluationNotes({ ...facts, lacking: ["tha_Thai"], excluded: 7 })).toEqual([
    expect.stringContaining("tha_Thai"),
    expect.stringContaining("7 texts are left out"),
  ]);
});
