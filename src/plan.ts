import { createHash } from "node:crypto";

/** Texts that share one forward pass, by their index in the language. */
export interface Shard {
  shard: number;
  texts: number[];
}

export interface CorpusText {
  id: string;
  text: string;
  /** What it was taken from with others of its kind, where that is known: such texts are no independent ones. */
  document?: string | undefined;
}

/** What a text was taken from; a text of which nothing is known stands for itself. */
export const documentOf = ({ id, document }: CorpusText): string => document ?? id;

/**
 * Chooses `n` of a language's texts (all with −1) from as many documents as there are: a text of each, then a second of each, and
 * so on; in corpus order.
 */
export function spreadTexts(texts: readonly CorpusText[], n: number): CorpusText[] {
  if (n === -1 || n >= texts.length) return [...texts];
  const rounds = new Map<string, number>();
  const order = texts.map((text, at) => {
    const round = rounds.get(documentOf(text)) ?? 0;
    rounds.set(documentOf(text), round + 1);
    return { at, round };
  });
  order.sort((a, b) => a.round - b.round || a.at - b.at);
  const chosen = new Set(order.slice(0, n).map(({ at }) => at));
  return texts.filter((_, at) => chosen.has(at));
}

/**
 * Chooses `n` of a language's texts (all with −1), in corpus order. "random" takes those whose id has the smallest hash with
 * the seed, so that translations, which share their id, are chosen together in every language.
 */
export function chooseTexts(
  texts: readonly CorpusText[],
  n: number,
  sample: "first" | "random" | "paper",
  seed: number,
): CorpusText[] {
  if (n === -1 || n >= texts.length) return [...texts];
  if (sample !== "random") return texts.slice(0, n);
  const lots = texts.map(({ id }, at) => ({
    at,
    lot: createHash("sha256").update(`${seed}\0${id}`).digest("hex"),
  }));
  lots.sort((a, b) => (a.lot < b.lot ? -1 : a.lot > b.lot ? 1 : a.at - b.at));
  const chosen = new Set(lots.slice(0, n).map(({ at }) => at));
  return texts.filter((_, at) => chosen.has(at));
}

/**
 * Batches of one language: texts by rising length, as many as keep longest × count within the token budget. A text that is
 * longer than the budget gets a batch of its own.
 *
 * @param tokens length of every text, special tokens included
 */
export function planShards(tokens: ArrayLike<number>, budget: number): Shard[] {
  const length = (text: number) => tokens[text] as number;
  const order = Array.from({ length: tokens.length }, (_, text) => text).sort(
    (a, b) => length(a) - length(b) || a - b,
  );
  const shards: Shard[] = [];
  let open: number[] = [];
  for (const text of order) {
    if (open.length > 0 && (open.length + 1) * length(text) > budget) {
      shards.push({ shard: shards.length, texts: open });
      open = [];
    }
    open.push(text);
  }
  if (open.length > 0) shards.push({ shard: shards.length, texts: open });
  return shards;
}

/** SHA-256, hex: of bytes, or of a text in UTF-8. */
export const textHash = (text: string | Uint8Array): string =>
  createHash("sha256").update(text).digest("hex");

/** What a run's sums tell a text by: the beginning of its hash. */
export const shortHash = (text: string): string => textHash(text).slice(0, 16);

/** One hash for a language's texts: of their ids and hashes, in order. */
export function textsFingerprint(texts: readonly { id: string; sha256: string }[]): string {
  return textHash(JSON.stringify(texts.map(({ id, sha256 }) => [id, sha256])));
}
