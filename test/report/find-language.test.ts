import { describe, expect, test } from "vitest";
import {
  type FoldedElement,
  findLanguage,
  type PageElement,
} from "../../src/report/find-language.js";
import { findable, finderHtml, needsFinder } from "../../src/report/language-finder.js";

const element = (code: string): PageElement => ({
  ...{ hidden: false, textContent: code, querySelectorAll: () => [] },
  getAttribute: () => /"(.*)"/.exec(findable(code))?.[1] ?? "",
});
const folded = (own: readonly PageElement[]): FoldedElement => ({
  ...{ hidden: false, open: false, textContent: "", getAttribute: () => null },
  querySelectorAll: () => own,
});

function pageOf() {
  const rows = ["fra_Latn", "quy_Latn", "fra_Latn", "tha_Thai"].map(element);
  const [first, second, unlike] = [folded(rows.slice(0, 2)), folded(rows.slice(2)), folded([])];
  const page = {
    querySelectorAll: (selector: string) =>
      selector === "details" ? [first, second, unlike] : rows,
  };
  const seen = () => rows.map(({ hidden }) => !hidden);
  return { page, folds: [first, second, unlike] as const, seen };
}

describe("looking for a language on a page", () => {
  test.each([
    ["fra", [true, false, true, false]],
    [" FRENCH ", [true, false, true, false]],
    ["latn", [true, true, true, false]],
    ["Thaï", [false, false, false, true]],
  ])("%s", (term, expected) => {
    const { page, seen } = pageOf();
    findLanguage(page, term);
    expect(seen()).toEqual(expected);
  });

  test("unfolds what has it, hides what has not, and leaves what is of no language alone", () => {
    const { page, folds } = pageOf();
    expect(findLanguage(page, "thai")).toBe("1 language");
    expect(folds.map(({ open, hidden }) => [open, hidden])).toEqual([
      [false, true],
      [true, false],
      [false, false],
    ]);
    expect(findLanguage(page, "")).toBe("3 languages");
    expect(folds.map(({ open, hidden }) => [open, hidden])).toEqual(
      folds.map(() => [false, false]),
    );
  });

  test("says what it did not find", () => {
    expect(findLanguage(pageOf().page, "xyzzy")).toBe("no language has “xyzzy” in it");
  });
});

test("a page of few languages has no box", () => {
  const codes = Array.from({ length: 21 }, (_, at) => `l${at}`);
  expect([needsFinder(codes), needsFinder(codes.slice(1))]).toEqual([true, false]);
  expect(finderHtml(codes)).toContain("21 languages");
  expect(finderHtml(codes.slice(1))).toBe("");
});
