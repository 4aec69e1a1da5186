import type { RunConfig } from "../config/schema.js";
import type { EngineJobs, Loaded } from "../engine/engine-jobs.js";
import { VscoreError } from "../errors.js";
import { joinTexts } from "../reduce/joined-texts.js";
import { languageStatistics } from "../reduce/language-sums.js";
import { differenceOfMeans, type LayerMeans } from "../reduce/means-difference.js";
import type { RunEvent } from "../runs/meta.js";
import { type Precision, worstOf } from "../runs/precision.js";
import { extractTexts } from "./extract-language.js";
import type { TokenizedLanguage } from "./tokenize-texts.js";

/** Of all languages together, as far as one text of each has no more. */
export const CHECKED_TOKENS = 512;

/**
 * What a reduced precision may do to the texts that are looked at.
 *
 * Rounding moves single tokens across a feature's threshold, so that the difference falls with the root of the tokens: the demo in
 * bfloat16 is off by 0.066 at most on one text a language, and by 0.009 on 50. 0.2 is then 0.03 on 50, less than the interval of
 * any best feature is wide on a side (0.04 to 0.13); what is wrong in earnest is off by whole means. Near the fiftieth place the last
 * digits decide; where more than a fifth of the fifty best are others (1 % in the demo), what is read off a table is another thing.
 */
export const PRECISION_LIMITS = { largest_difference: 0.2, top_50_overlap: 0.8 } as const;

/** In which precision a run is computed, from what it was found to do. */
export interface CheckedPrecision {
  /** Null where there was no room for float32. */
  precision: Precision | null;
  dtype: string;
  warnings: string[];
}

type Found = Pick<CheckedPrecision, "precision" | "dtype">;

/** A model that is loaded, with its texts. */
export interface AboutToCheck {
  config: RunConfig;
  loaded: Loaded;
  tokenized: ReadonlyMap<string, TokenizedLanguage>;
  /** Bytes of its device that the run may take. */
  maxMemory: number | null;
}

/**
 * Compares the precision that the model was loaded in with float32, on the first texts of every language. Afterwards the engine goes on
 * in the one that the run is to be computed in.
 *
 * @param recorded what was found when the run was begun; it is kept to
 * @returns null where the model is computed in float32
 */
export async function checkedPrecision(
  about: AboutToCheck,
  recorded: Found | null,
  jobs: EngineJobs,
): Promise<CheckedPrecision | null> {
  const { config, loaded, maxMemory } = about;
  if (loaded.dtype === "float32") return null;
  const goOnIn = (dtype: string) =>
    jobs.setDtype({ dtype, batch_tokens: config.batch_tokens, max_memory: maxMemory });
  const found = recorded ?? (await compared(about, jobs, goOnIn));
  await goOnIn(found.dtype);
  return { ...found, warnings: warningsOf(found, loaded.dtype) };
}

/**
 * What a run that goes on found when it was begun, of the same texts on the same device.
 *
 * @param earlier what was told before it was interrupted
 */
export function recordedPrecision(
  earlier: readonly RunEvent[],
  of: { corpus_revision: string | null; device_name: string },
): Found | null {
  const event = earlier.findLast((each) => each.type === "precision_checked");
  const isOfSame =
    event?.corpus_revision === of.corpus_revision && event.device_name === of.device_name;
  return event !== undefined && isOfSame
    ? { precision: event.precision, dtype: event.dtype }
    : null;
}

async function compared(
  about: AboutToCheck,
  jobs: EngineJobs,
  goOnIn: (dtype: string) => Promise<void>,
): Promise<Found> {
  const { config, loaded, tokenized } = about;
  const texts = firstTexts(tokenized);
  const reduced = await meansOf(about, texts, jobs);
  try {
    await goOnIn("float32");
    const whole = await meansOf(about, texts, jobs);
    const precision: Precision = {
      dtype: loaded.dtype,
      tokens: tokensOf(texts, tokenized),
      layers: config.layers.map((layer) => {
        const of = (means: Map<number, LayerMeans>) => means.get(layer) as LayerMeans;
        const { largest, overlap } = differenceOfMeans(of(reduced), of(whole));
        return { layer, largest_difference: largest, top_50_overlap: overlap };
      }),
    };
    const fallsBack = config.dtype === "auto" && !isEnough(precision);
    return { precision, dtype: fallsBack ? "float32" : loaded.dtype };
  } catch (error) {
    if (!isOutOfMemory(error)) throw error;
    return { precision: null, dtype: loaded.dtype };
  }
}

/** The first texts of every language that have counted tokens, equally many of each: by their index. */
export function firstTexts(
  tokenized: ReadonlyMap<string, TokenizedLanguage>,
): Map<string, number[]> {
  const counting = [...tokenized].map(
    ([language, { counted }]) =>
      [language, [...counted.keys()].filter((text) => (counted[text] as number) > 0)] as const,
  );
  const most = Math.max(...counting.map(([, texts]) => texts.length));
  const firsts = (count: number) =>
    new Map(counting.map(([language, texts]) => [language, texts.slice(0, count)]));
  let count = 1;
  while (count < most && tokensOf(firsts(count + 1), tokenized) <= CHECKED_TOKENS) count += 1;
  return firsts(count);
}

const tokensOf = (
  chosen: ReadonlyMap<string, readonly number[]>,
  tokenized: ReadonlyMap<string, TokenizedLanguage>,
): number =>
  [...chosen]
    .flatMap(([language, texts]) =>
      texts.map((text) => tokenized.get(language)?.tokens[text] as number),
    )
    .reduce((sum, n) => sum + n, 0);

/** By layer: every language's means over these texts alone. */
async function meansOf(
  { config, loaded, tokenized }: AboutToCheck,
  chosen: ReadonlyMap<string, readonly number[]>,
  jobs: EngineJobs,
): Promise<Map<number, LayerMeans>> {
  const widths = new Map(loaded.dictionaries.map(({ layer, d_sae }) => [layer, d_sae]));
  const means = new Map<number, Float64Array[]>(config.layers.map((layer) => [layer, []]));
  for (const [language, texts] of chosen) {
    const { tokens } = tokenized.get(language) as TokenizedLanguage;
    const request = { config, language, tokens, widths, budget: config.batch_tokens, texts };
    const { layers, counted } = await extractTexts(request, jobs, SILENT);
    const own = Uint32Array.from(texts, (text) => counted[text] as number);
    for (const [layer, sums] of layers) {
      const joined = joinTexts(widths.get(layer) ?? 0, sums);
      means.get(layer)?.push(languageStatistics(joined, own, config.pool).mean);
    }
  }
  return means;
}

/** Of a check nothing is told but what it finds. */
const SILENT = {
  onBatch: () => undefined,
  onSeconds: () => undefined,
  onHalved: async () => undefined,
};

/** Also where not even one text fits, which `withinMemory` tells in its own words. */
const isOutOfMemory = (error: unknown): boolean =>
  error instanceof VscoreError &&
  (error.details.engineKind === "out_of_memory" || isOutOfMemory(error.details.cause));

export function isEnough(precision: Precision): boolean {
  const { difference, overlap } = worstOf(precision);
  const { largest_difference, top_50_overlap } = PRECISION_LIMITS;
  return difference <= largest_difference && overlap >= top_50_overlap;
}

/** What a reader of the results must know. @param reduced what the model was loaded in */
function warningsOf({ precision, dtype }: Found, reduced: string): string[] {
  if (precision === null)
    return [
      `what ${reduced} does to the results is not known: there was no room for the model in float32 to compare with`,
    ];
  if (isEnough(precision)) return [];
  const { difference, overlap } = worstOf(precision);
  const { largest_difference, top_50_overlap } = PRECISION_LIMITS;
  const found = `${reduced} is not enough: on ${precision.tokens} tokens of the first texts means differ from float32 by up to ${difference.toPrecision(2)}, and ${Math.round(100 * overlap)} % of the 50 best features are the same at the worst layer (expected: at most ${largest_difference}, and at least ${100 * top_50_overlap} %)`;
  return [
    dtype === "float32"
      ? `${found}; the run is computed in float32`
      : `${found}; to compute without it: --dtype float32`,
  ];
}
