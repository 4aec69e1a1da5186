import { requestError } from "../errors.js";
import type { CorpusText } from "../plan.js";

export interface JoinedTexts {
  languages: Map<string, CorpusText[]>;
  /** Language and how many of its texts were left out. */
  leftOut: string[];
}

/**
 * Only texts whose id every language has, in one order, so that the first texts of every language are translations of each other.
 *
 * @param codes in config order
 */
export function joinOnIds(
  codes: readonly string[],
  languages: ReadonlyMap<string, CorpusText[]>,
): JoinedTexts {
  const shared = codes
    .map((code) => new Set(languages.get(code)?.map(({ id }) => id)))
    .reduce((common, ids) => common.intersection(ids));
  const first = languages.get(codes[0] as string) ?? [];
  const order = new Map(first.map(({ id }, place) => [id, place]));
  const leftOut: string[] = [];
  const joined = new Map<string, CorpusText[]>();
  for (const code of codes) {
    const texts = languages.get(code) ?? [];
    const own = texts
      .filter(({ id }) => shared.has(id))
      .sort((a, b) => (order.get(a.id) as number) - (order.get(b.id) as number));
    if (own.length < texts.length)
      leftOut.push(`${code} ${texts.length - own.length} of ${texts.length}`);
    joined.set(code, own);
  }
  return { languages: joined, leftOut };
}

const ENGLISH = "eng_Latn";
/** Deng et al. (2025) take the first hundred sentences whose English side has fewer characters than this. */
const SHORT = 100;

/**
 * The texts that the paper would take: those whose English translation is short.
 *
 * @throws VscoreError (request) where there is no English to go by
 */
export function shortInEnglish(
  languages: ReadonlyMap<string, CorpusText[]>,
  english: readonly CorpusText[] | undefined,
): Map<string, CorpusText[]> {
  if (english === undefined || english.length === 0)
    throw requestError(
      `--sample paper: the corpus has no ${ENGLISH}, whose sentences it goes by. Expected a corpus with English. Choose first or random.`,
    );
  const short = new Set(english.filter(({ text }) => [...text].length < SHORT).map(({ id }) => id));
  if (short.size === 0)
    throw requestError(
      `--sample paper: none of the ${english.length} sentences in ${ENGLISH} has fewer than ${SHORT} characters. Expected some, as in FLORES+. Choose first or random.`,
    );
  return new Map(
    [...languages].map(([code, texts]) => [code, texts.filter(({ id }) => short.has(id))]),
  );
}
