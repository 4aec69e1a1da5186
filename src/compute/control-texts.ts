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
}

/** A run's texts as its control has them read: ids and documents stay. */
export async function controlledTexts(
  languages: TextsByLanguage,
  { control, seed }: { control: Control; seed: number },
): Promise<ControlledTexts> {
  const changed = (change: (language: string, text: CorpusText) => string) =>
    new Map(
      [...languages].map(([language, texts]) => [
        language,
        texts.map((text) => ({ ...text, text: change(language, text) })),
      ]),
    );
  if (control === "shuffled") {
    const shuffle = (language: string, { id, text }: CorpusText) =>
      shuffledWords(text, seedOf(seed, "shuffled", language, id));
    return { languages: changed(shuffle), lettersChanged: null };
  }
  if (control !== "romanised") return { languages, lettersChanged: null };
  // Its tables are half a megabyte, which no other command needs.
  const { default: anyAscii } = await import("any-ascii");
  return {
    languages: changed((_, { text }) => anyAscii(text)),
    lettersChanged: Object.fromEntries(
      [...languages].map(([language, texts]) => [language, shareOutsideAscii(texts)]),
    ),
  };
}

/**
 * The words of a text in a random order, each at a place where another stood: what lies between them, spaces and punctuation, stays.
 * Words are those of Unicode's segmentation (UAX 29), which also cuts Thai, Japanese and Chinese.
 */
export function shuffledWords(text: string, seed: number): string {
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
  return pieces.join("");
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
