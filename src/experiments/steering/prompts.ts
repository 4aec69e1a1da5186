/** How a model is asked for the language of a text, as in the steering repository. */
export const identificationPrompt = (text: string): string =>
  `Identify the language of the following text in one word.\nText: ${text}\nLanguage:`;

/** How it is asked to go on in a language, as in the steering repository. */
export const continuationPrompt = (text: string, name: string): string =>
  `Continue the following text in ${name}.\nText: ${text}\nContinuation:`;

/** Characters of a beginning that has words, and of one whose words are not told apart. */
const LONGEST = 48;
const CHARACTERS = 12;
/** Of what was written in such a script, so many characters count as a word. */
const CHARACTERS_OF_WORD = 3;
/** Scripts that put no spaces between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]/gu;
const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });

/** Whether most of a text's letters are of a script without spaces between words. */
const isUnspaced = (text: string): boolean =>
  2 * (text.match(UNSPACED)?.length ?? 0) > (text.match(/\p{L}/gu)?.length ?? 0);

/** The beginning of a text, cut at the end of a word; some characters where words are not told apart. */
export function beginningOf(text: string, words: number): string {
  const plain = text.trim();
  if (isUnspaced(plain)) return firstCharacters(plain, CHARACTERS);
  const taken = plain.split(/\s+/u).slice(0, words);
  while (taken.length > 1 && taken.join(" ").length > LONGEST) taken.pop();
  return taken.join(" ");
}

/** The first words of what was written, by which its language is told; three characters a word where words are not told apart. */
export function clipped(text: string, words: number): string {
  const plain = text.replaceAll(/\s+/gu, " ").trim();
  return isUnspaced(plain)
    ? firstCharacters(plain, CHARACTERS_OF_WORD * words)
    : plain.split(" ").slice(0, words).join(" ");
}

/** As a reader counts them: no mark is parted from its letter. */
const firstCharacters = (text: string, count: number): string =>
  [...graphemes.segment(text)]
    .slice(0, count)
    .map(({ segment }) => segment)
    .join("")
    .trim();
