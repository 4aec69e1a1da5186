/** How a model is asked for the language of a text, as in the steering repository. */
export const identificationPrompt = (text: string): string =>
  `Identify the language of the following text in one word.\nText: ${text}\nLanguage:`;

/** How it is asked to go on in a language, as in the steering repository. */
export const continuationPrompt = (text: string, name: string): string =>
  `Continue the following text in ${name}.\nText: ${text}\nContinuation:`;

const LONGEST = 48;
const CHARACTERS = 12;
/** Scripts that put no spaces between words: Han, kana, Thai, Lao, Khmer, Myanmar, Tibetan. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]/gu;
const LETTERS = /\p{L}/gu;
const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });

/** Whether most of a text's letters are of a script without spaces between words. */
export const isUnspaced = (text: string): boolean =>
  2 * (text.match(UNSPACED)?.length ?? 0) > (text.match(LETTERS)?.length ?? 0);

/** The beginning of a text: whole words, or so many characters where words are not told apart. */
export function beginningOf(text: string, words: number): string {
  if (isUnspaced(text)) return firstCharacters(text, CHARACTERS);
  const taken = text.trim().split(/\s+/u).slice(0, words);
  while (taken.length > 1 && taken.join(" ").length > LONGEST) taken.pop();
  return taken.join(" ");
}

/** Of an unspaced text, so many characters count as a word. */
const CHARACTERS_OF_WORD = 3;

/** The first words of what was written, by which its language is told; three characters a word where words are not told apart. */
export function clipped(text: string, words: number): string {
  const plain = text.replaceAll(/\s+/gu, " ").trim();
  return isUnspaced(plain)
    ? firstCharacters(plain, CHARACTERS_OF_WORD * words)
    : plain.split(" ").slice(0, words).join(" ");
}

/** As a reader counts them: no mark is parted from its letter. */
const firstCharacters = (text: string, count: number): string =>
  [...graphemes.segment(text.trim())]
    .slice(0, count)
    .map(({ segment }) => segment)
    .join("")
    .trim();
