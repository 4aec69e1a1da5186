import { z } from "zod";
import { requestError } from "./errors.js";
import { planShards } from "./plan.js";

/** One of the parts that a run is computed in, each by a process that knows nothing of the others. Counted from 1. */
export const Part = z
  .strictObject({ part: z.int().min(1), of: z.int().min(1) })
  .refine(({ part, of }) => part <= of, "expected a part from 1 to the number of parts");
export type Part = z.infer<typeof Part>;

export const partWords = ({ part, of }: Part): string => `part ${part} of ${of}`;

/** As `--shard` has it. */
export const shardWord = ({ part, of }: Part): string => `${part}/${of}`;

const SUFFIX = /\.part-\d+-of-\d+\/*$/;

/** The folder of a run's part, beside the run's own; of another part's folder, that of the same run. */
export const partFolder = (run: string, { part, of }: Part): string =>
  `${(folderOfWhole(run) ?? run).replace(/(?<=.)\/+$/, "")}.part-${part}-of-${of}`;

/** The folder of the run whose part a folder is by its name; null where the name does not say. */
export const folderOfWhole = (part: string): string | null =>
  SUFFIX.test(part) ? part.replace(SUFFIX, "") : null;

/** Texts by language, by their index in it, ascending; languages of which there are none are not in it. */
export type TextsOfPart = ReadonlyMap<string, readonly number[]>;

/**
 * What each part of a run has to read: whole batches of the run's plan, so that each text is read beside the same others as in one
 * piece. Batches are dealt out by falling cost (longest text × texts, what the model has to do), each to the part that has the least
 * to do so far; of equals the first.
 *
 * @param tokens length of every text of each language, special tokens included, in the run's order
 * @throws VscoreError (request) where there are fewer batches than parts
 */
export function dealParts(
  tokens: ReadonlyMap<string, ArrayLike<number>>,
  budget: number,
  of: number,
): TextsOfPart[] {
  const batches = [...tokens].flatMap(([language, lengths]) =>
    planShards(lengths, budget).map(({ texts }) => {
      const longest = texts.reduce((most, text) => Math.max(most, lengths[text] as number), 0);
      return { language, texts, cost: longest * texts.length };
    }),
  );
  if (batches.length < of)
    throw requestError(
      `--shard: found ${of} parts, but the run has ${batches.length} batches (of up to ${budget} tokens), which are not divided. Expected at most ${batches.length} parts. Ask for fewer, or for smaller batches with --batch-tokens.`,
    );
  const parts = Array.from({ length: of }, () => ({ cost: 0, texts: new Map<string, number[]>() }));
  // Sorting is stable: of equal batches the first of the plan comes first.
  for (const { language, texts, cost } of batches.toSorted((a, b) => b.cost - a.cost)) {
    const least = parts.reduce((best, part) => (part.cost < best.cost ? part : best));
    least.cost += cost;
    const own = least.texts.get(language) ?? [];
    own.push(...texts);
    least.texts.set(language, own);
  }
  return parts.map(
    ({ texts }) =>
      new Map(
        [...tokens.keys()].flatMap((language) => {
          const own = texts.get(language);
          return own === undefined ? [] : [[language, own.toSorted((a, b) => a - b)] as const];
        }),
      ),
  );
}
