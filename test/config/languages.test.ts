import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FLORES_PLUS } from "../../src/config/flores-plus.js";
import {
  editDistance,
  isFloresPlus,
  LANGUAGE_SETS,
  languageName,
  nearestLanguages,
  searchLanguages,
  spellOutSets,
} from "../../src/config/languages.js";
import { fullCode, shortCode } from "../../src/config/short-codes.js";

describe("the FLORES+ table", () => {
  test("has no code twice, no line that is only a code, and is in code order", () => {
    // As many as the data set has configurations, "default" left out.
    expect(FLORES_PLUS.size).toBe(230);
    const codes = [...FLORES_PLUS.keys()];
    expect(codes).toEqual(codes.toSorted());
    for (const [code, name] of FLORES_PLUS) {
      expect(code).toMatch(/^[a-z]{3}_[A-Z][a-z]{3}(_[a-z]{4}\d{4}|_radical)?$/);
      expect(name.trim(), code).not.toBe("");
      expect(name).not.toBe(code);
    }
  });

  test("no name stands for two varieties", () => {
    expect(new Set(FLORES_PLUS.values()).size).toBe(FLORES_PLUS.size);
  });

  test("holds every language of a named set", () => {
    const codes = Object.values(LANGUAGE_SETS).flat();
    expect(codes.length).toBeGreaterThan(20);
    expect(codes.filter((code) => !isFloresPlus(code))).toEqual([]);
  });
});

describe("sets in a list", () => {
  test("atlas is all of FLORES+, and a minus takes a code out of what stands before it", () => {
    expect(spellOutSets("atlas")).toEqual([...FLORES_PLUS.keys()]);
    const others = spellOutSets(["atlas", "-wuu_Hans"]) as string[];
    expect(others).toHaveLength(FLORES_PLUS.size - 1);
    expect(others).not.toContain("wuu_Hans");
    expect(spellOutSets(["similar", "-glg_Latn", "glg_Latn"])).toEqual([
      ...["spa_Latn", "por_Latn", "cat_Latn", "glg_Latn"],
    ]);
  });

  test("what there is nothing to be taken out of is left, to be refused", () => {
    expect(spellOutSets(["-eng_Latn", "similar"])).toContain("-eng_Latn");
    expect(spellOutSets(["similar", "-eng_Latn"])).toContain("-eng_Latn");
  });
});

describe("looking languages up", () => {
  test.each([
    ["portuguese", "por_Latn"],
    ["JPN", "jpn_Jpan"],
    ["Ta'izzi", "acq_Arab"],
    ["hans", "cmn_Hans"],
    ["bosniân", "bos_Latn"],
  ])("%s finds %s", (term, code) => {
    expect(searchLanguages(term).map((found) => found.code)).toContain(code);
  });

  test("nothing finds all, nonsense finds none", () => {
    expect(searchLanguages("")).toHaveLength(FLORES_PLUS.size);
    expect(searchLanguages("xyzzy")).toEqual([]);
  });

  test("names are known also outside FLORES+; a code without a name is its own", () => {
    expect(languageName("eng_Latn")).toBe("English");
    expect(languageName("azb_Latn")).toContain("South Azerbaijani");
    expect(languageName("xxx_Xxxx")).toBe("xxx_Xxxx");
  });
});

describe("nearestLanguages", () => {
  const near = (code: string) => nearestLanguages(code, FLORES_PLUS.keys());

  test.each([
    ["zho_Hans", "cmn_Hans"],
    ["tgl_Latn", "fil_Latn"],
    ["ja", "jpn_Jpan"],
    ["French", "fra_Latn"],
    ["spa_Latin", "spa_Latn"],
    ["eng-Latn", "eng_Latn"],
  ])("%s: first of all %s", (code, expected) => {
    expect(near(code)[0]).toBe(expected);
  });

  test("at most three are named, and none that the corpus lacks", () => {
    expect(near("aaa_Latn").length).toBeLessThanOrEqual(3);
    expect(nearestLanguages("zho_Hans", ["eng_Latn", "jpn_Jpan"])).toEqual([]);
  });

  test("former codes lead to codes that exist", () => {
    for (const former of ["zho_Hant", "est_Latn", "grn_Latn", "aka_Latn", "twi_Latn", "ajp_Arab"])
      expect(isFloresPlus(near(former)[0] ?? ""), former).toBe(true);
  });
});

describe("editDistance", () => {
  test.each([
    ["kitten", "sitting", 3],
    ["", "abc", 3],
    ["same", "same", 0],
  ])("%s to %s: %i", (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  test("is the same both ways, and at least the difference in length", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b)).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
        expect(editDistance(a, b) === 0).toBe(a === b);
      }),
    );
  });
});

describe("short codes", () => {
  test("lead to a language and back", () => {
    expect(shortCode("cmn_Hans")).toEqual({ code: "zh", name: "Chinese" });
    expect(fullCode("zh")).toBe("cmn_Hans");
    for (const code of FLORES_PLUS.keys()) expect(fullCode(shortCode(code).code)).toBe(code);
  });

  test("any other code stands for itself", () => {
    expect(shortCode("deu_Latn")).toEqual({ code: "deu_Latn", name: "deu_Latn" });
    expect(fullCode("deu_Latn")).toBe("deu_Latn");
    expect(fullCode("xx")).toBe("xx");
  });
});
