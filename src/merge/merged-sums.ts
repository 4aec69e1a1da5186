import { requestError } from "../errors.js";
import { type Part, partWords } from "../parts.js";
import { joinTexts, type TextSum } from "../reduce/joined-texts.js";
import type { PartSums } from "../runs/part-sums-file.js";
import type { LanguageSums } from "../runs/sums-file.js";

/** Sums, and the part that they are of. */
export interface SumsOfPart {
  part: Part;
  sums: PartSums;
}

/**
 * A language's sums from those of the parts that have texts of it, in any order: to the last bit those of a run in one piece.
 *
 * @throws VscoreError (request) where they do not have each text once
 */
export function mergeSums(parts: readonly [SumsOfPart, ...SumsOfPart[]]): LanguageSums {
  const [{ sums: some }] = parts;
  const { language, provenance, texts, tokens } = some;
  if (parts.some(({ sums }) => !isOfSameTexts(sums, some)))
    throw misfit(`their texts of ${language} are not the same`);
  const counted = new Uint32Array(texts.length);
  const holders: (Part | undefined)[] = texts.map(() => undefined);
  for (const { part, sums } of parts)
    for (const [at, text] of sums.own.entries()) {
      const other = holders[text];
      if (other !== undefined)
        throw misfit(
          `text ${text} of ${language} is in ${partWords(other)} and in ${partWords(part)}`,
        );
      holders[text] = part;
      counted[text] = sums.counted[at] as number;
    }
  const missing = holders.indexOf(undefined);
  if (missing >= 0) throw misfit(`text ${missing} of ${language} is in none of them`);
  const layers = [...some.layers].map(([layer, { features }]) => {
    const joined: TextSum[] = new Array(texts.length);
    for (const { sums } of parts)
      for (const [at, text] of sums.own.entries())
        joined[text] = sums.layers.get(layer)?.texts[at] as TextSum;
    return [layer, joinTexts(features, joined)] as const;
  });
  // A view would keep the whole file of that part in memory.
  const own = { counted, tokens: Uint32Array.from(tokens) };
  return { language, provenance, texts, ...own, layers: new Map(layers) };
}

const isOfSameTexts = (a: PartSums, b: PartSums): boolean =>
  JSON.stringify(a.texts) === JSON.stringify(b.texts) &&
  a.tokens.every((count, text) => count === b.tokens[text]);

const misfit = (found: string) =>
  requestError(
    `These parts are not of one plan: ${found}. Expected each text in one part. Compute the parts anew with --overwrite, all with the same version of vscore.`,
  );
