import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  controlledTexts,
  controlProvenance,
  shuffledWords,
} from "../../src/compute/control-texts.js";
import { configOf } from "../fixtures/runs.js";

const SEGMENTER = new Intl.Segmenter("und", { granularity: "word" });
const words = (text: string) =>
  [...SEGMENTER.segment(text)].flatMap(({ segment, isWordLike }) => (isWordLike ? [segment] : []));
const sorted = (pieces: readonly string[]) => [...pieces].sort();

describe("shuffled words", () => {
  const text = fc
    .array(
      fc.tuple(
        fc.constantFrom("eins", "two", "trois", "12", "五"),
        fc.constantFrom(" ", ", ", " – "),
      ),
    )
    .map((pairs) => pairs.flat().join(""));

  test("keep the multiset of words, and what lies between them at its place", () => {
    fc.assert(
      fc.property(text, fc.integer(), (source, seed) => {
        const shuffled = shuffledWords(source, seed).text;
        expect(sorted(words(shuffled))).toEqual(sorted(words(source)));
        expect(shuffled.replaceAll(/[\p{L}\p{N}]+/gu, "")).toBe(
          source.replaceAll(/[\p{L}\p{N}]+/gu, ""),
        );
      }),
    );
  });

  test("of whatever text, the characters stay the same ones", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer(), (source, seed) => {
        expect(sorted([...shuffledWords(source, seed).text])).toEqual(sorted([...source]));
      }),
    );
  });

  test("as many count as moved as stand where another word stood, which one of equal words does not", () => {
    expect(shuffledWords("no no, no no!", 1)).toEqual({
      ...{ text: "no no, no no!", words: 4, moved: 0 },
    });
    expect(shuffledWords("!?", 1)).toEqual({ text: "!?", words: 0, moved: 0 });
    fc.assert(
      fc.property(text, fc.integer(), (source, seed) => {
        const { text: shuffled, words: count, moved } = shuffledWords(source, seed);
        const [before, after] = [words(source), words(shuffled)];
        expect(count).toBe(before.length);
        expect(moved).toBe(before.filter((word, at) => word !== after[at]).length);
      }),
    );
  });

  test("the same seed, the same text; another, another", () => {
    const source = "one two three four five six seven eight nine ten";
    expect(shuffledWords(source, 3).text).toBe(shuffledWords(source, 3).text);
    expect(shuffledWords(source, 3).text).not.toBe(shuffledWords(source, 4).text);
    expect(shuffledWords(source, 3).text).not.toBe(source);
  });

  test.each([
    ["Thai", "สวัสดีชาวโลกทุกคนในวันนี้"],
    ["Japanese", "今日は良い天気ですね。明日も晴れるでしょう。"],
    ["Chinese", "我们今天去北京看我们的老朋友。"],
  ])("%s is cut without spaces too", (_, source) => {
    const shuffled = shuffledWords(source, 1).text;
    expect(words(source).length).toBeGreaterThan(3);
    expect(shuffled).not.toBe(source);
    expect(sorted([...shuffled])).toEqual(sorted([...source]));
    expect(shuffled.endsWith("。")).toBe(source.endsWith("。"));
  });
});

const languages = new Map([
  ["eng_Latn", [{ id: "1", text: "one two three four five six", document: "d" }]],
  ["vie_Latn", [{ id: "1", text: "Tiếng Việt" }]],
  ["kor_Hang", [{ id: "1", text: "한국어!" }]],
  ["und_Zyyy", [{ id: "1", text: "123" }]],
]);
const read = (control: Parameters<typeof controlledTexts>[1]["control"], seed = 0) =>
  controlledTexts(languages, { control, seed });

describe("the texts of a control", () => {
  test.each(["none", "random-tokens", "random-dictionary"] as const)(
    "%s are the corpus'",
    async (kind) => {
      expect(await read(kind)).toEqual({ languages, lettersChanged: null, wordsMoved: null });
    },
  );

  test("romanised are ASCII alone, and it is known of how many letters that is a change", async () => {
    const { languages: made, lettersChanged, wordsMoved } = await read("romanised");
    expect(wordsMoved).toBeNull();
    expect(made.get("eng_Latn")).toEqual(languages.get("eng_Latn"));
    expect(made.get("vie_Latn")?.[0]?.text).toBe("Tieng Viet");
    expect(made.get("kor_Hang")?.[0]).toEqual({ id: "1", text: "HanGugEo!" });
    expect(lettersChanged).toEqual({
      ...{ eng_Latn: 0, vie_Latn: 2 / 9, kor_Hang: 1, und_Zyyy: 0 },
    });
  });

  test("shuffled hang on seed, language and id, and keep id and document", async () => {
    const { languages: made, lettersChanged, wordsMoved } = await read("shuffled");
    const english = made.get("eng_Latn")?.[0];
    expect(english).toMatchObject({ id: "1", document: "d" });
    expect(english?.text).not.toBe(languages.get("eng_Latn")?.[0]?.text);
    expect((await read("shuffled")).languages).toEqual(made);
    expect((await read("shuffled", 1)).languages).not.toEqual(made);
    expect(lettersChanged).toBeNull();
    // Of six words most move; of two they do or not, by the draw; one has nowhere to go.
    expect(wordsMoved?.eng_Latn).toBeGreaterThan(0.5);
    expect([0, 1]).toContain(wordsMoved?.vie_Latn);
    expect(wordsMoved).toMatchObject({ kor_Hang: 0, und_Zyyy: 0 });
  });
});

describe("what decides sums under a control", () => {
  const config = (control: string) => configOf({ control });

  test("nothing more without one", () => {
    expect(controlProvenance(config("none"), "eng_Latn", languages, languages)).toEqual({});
  });

  test("the texts as they are read, so that another library's are no others' sums", async () => {
    const { languages: shuffled } = await read("shuffled");
    const of = (texts: typeof shuffled) =>
      controlProvenance(config("shuffled"), "eng_Latn", languages, texts);
    expect(of(shuffled)).toMatchObject({ control: "shuffled", seed: "0" });
    expect(of(shuffled)["texts as read"]).not.toBe(of(languages)["texts as read"]);
  });

  test("of random dictionaries, the texts of all languages", () => {
    const fewer = new Map([...languages].slice(0, 2));
    const of = (corpus: typeof languages) =>
      controlProvenance(config("random-dictionary"), "eng_Latn", corpus, corpus);
    expect(of(languages)["texts as read"]).toBe(of(fewer)["texts as read"]);
    expect(of(languages)["texts of all languages"]).not.toBe(of(fewer)["texts of all languages"]);
  });
});
