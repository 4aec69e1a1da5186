import type { Control } from "../config/controls.js";
import type { RunConfig } from "../config/schema.js";
import { type CorpusText, shortHash, textsFingerprint } from "../plan.js";
import { Draws, seedOf } from "../reduce/random.js";
import type { Provenance } from "../runs/sums-file.js";

export type TextsByLanguage = ReadonlyMap<string, readonly CorpusText[]>;

/** What is read of a run's texts under its control. */
export interface ControlledTexts {
  languages: TextsByLanguage;
  /** By language, the share of its letters that romanising changes; null under any other control. */
  lettersChanged: Record<string, number> | null;
  /** By language, the share of its words that stand where another word stood; null where none were shuffled. */
  wordsMoved: Record<string, number> | null;
}

/** A run's texts as its control has them read: ids and documents stay. */
export async function controlledTexts(
  languages: TextsByLanguage,
  { control, seed }: { control: Control; seed: number },
): Promise<ControlledTexts> {
  const read = { languages, lettersChanged: null, wordsMoved: null };
  if (control === "shuffled") return { ...read, ...shuffledTexts(languages, seed) };
  if (control !== "romanised") return read;
  // Its tables are half a megabyte, which no other command needs.
  const { default: anyAscii } = await import("any-ascii");
  return {
    ...read,
    languages: new Map(
      [...languages].map(([language, texts]) => [
        language,
        texts.map((text) => ({ ...text, text: anyAscii(text.text) })),
      ]),
    ),
    lettersChanged: Object.fromEntries(
      [...languages].map(([language, texts]) => [language, shareOutsideAscii(texts)]),
    ),
  };
}

function shuffledTexts(
  languages: TextsByLanguage,
  seed: number,
): Pick<ControlledTexts, "languages" | "wordsMoved"> {
  const shuffled = new Map<string, CorpusText[]>();
  const wordsMoved: Record<string, number> = {};
  for (const [language, texts] of languages) {
    let [words, moved] = [0, 0];
    const made = texts.map((text): CorpusText => {
      const each = shuffledWords(text.text, seedOf(seed, "shuffled", language, text.id));
      words += each.words;
      moved += each.moved;
      return { ...text, text: each.text };
    });
    shuffled.set(language, made);
    wordsMoved[language] = words === 0 ? 0 : moved / words;
  }
  return { languages: shuffled, wordsMoved };
}

export interface ShuffledWords {
  text: string;
  /** How many there are, and at how many of their places another word stands than stood there. */
  words: number;
  moved: number;
}

/**
 * The words of a text in a random order, each at a place where another stood: what lies between them, spaces and punctuation, stays.
 * Words are those of Unicode's segmentation (UAX 29), which also cuts Thai, Japanese and Chinese.
 */
export function shuffledWords(text: string, seed: number): ShuffledWords {
  const segments = [...new Intl.Segmenter("und", { granularity: "word" }).segment(text)];
  const places = segments.flatMap(({ isWordLike }, at) => (isWordLike === true ? [at] : []));
  const words = places.map((at) => segments[at]?.segment as string);
  const draws = new Draws(seed);
  for (let left = words.length - 1; left > 0; left--) {
    const other = draws.below(left + 1);
    [words[left], words[other]] = [words[other] as string, words[left] as string];
  }
  const pieces = segments.map(({ segment }) => segment);
  for (const [at, place] of places.entries()) pieces[place] = words[at] as string;
  const moved = places.filter((place) => pieces[place] !== segments[place]?.segment).length;
  return { text: pieces.join(""), words: places.length, moved };
}

/** Of the letters of texts, and of the marks on them, the share that is not ASCII; 0 without any. */
function shareOutsideAscii(texts: readonly CorpusText[]): number {
  let [letters, outside] = [0, 0];
  for (const { text } of texts)
    for (const [letter] of text.matchAll(/[\p{L}\p{M}]/gu)) {
      letters += 1;
      if (letter > "\x7f") outside += 1;
    }
  return letters === 0 ? 0 : outside / letters;
}

/** What more decides the sums of a language under a control; nothing without one. */
export function controlProvenance(
  { control, seed }: RunConfig,
  language: string,
  corpus: TextsByLanguage,
  read: TextsByLanguage,
): Provenance {
  if (control === "none") return {};
  return {
    ...{ control, seed: String(seed), "texts as read": fingerprintOf(read.get(language) ?? []) },
    // Random dictionaries are made from texts of all languages.
    ...(control === "random-dictionary"
      ? { "texts of all languages": fingerprintOf([...corpus.values()].flat()) }
      : {}),
  };
}

const fingerprintOf = (texts: readonly CorpusText[]): string =>
  textsFingerprint(texts.map(({ id, text }) => ({ id, sha256: shortHash(text) })));
