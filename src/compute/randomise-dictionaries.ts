import type { RunConfig } from "../config/schema.js";
import type { EngineJobs } from "../engine/engine-jobs.js";
import { planShards } from "../plan.js";
import type { TokenizedLanguage } from "./tokenize-texts.js";
import { withinMemory } from "./within-memory.js";

/** Counted tokens on which random dictionaries get the rates and strengths of the real ones, all languages together. */
export const CALIBRATION_TOKENS = 16_384;

/**
 * Puts random dictionaries in the place of those that are loaded, made to fire like them on the first texts of every language, an equal
 * part of tokens each. The budget is always that of the run's config, so that a run that goes on makes the same ones.
 *
 * @returns what a reader of the results must know of it
 */
export async function randomiseDictionaries(
  config: Pick<RunConfig, "seed" | "special_tokens" | "first_token" | "batch_tokens">,
  tokenized: ReadonlyMap<string, TokenizedLanguage>,
  jobs: EngineJobs,
  onHalved: (budget: number) => Promise<void>,
): Promise<string> {
  const most = Math.max(1, Math.floor(CALIBRATION_TOKENS / tokenized.size));
  const firsts = [...tokenized].map(([language, { tokens, counted }]) => {
    let [texts, found] = [0, 0];
    while (texts < counted.length && found < most) found += counted[texts++] as number;
    return { language, lengths: tokens.subarray(0, texts) };
  });
  const { result } = await withinMemory(
    config.batch_tokens,
    firsts.flatMap(({ lengths }) => [...lengths]),
    onHalved,
    (budget) =>
      jobs.randomise({
        ...{ seed: config.seed, rule: config, most },
        languages: firsts.map(({ language, lengths }) => ({
          language,
          shards: planShards(lengths, budget),
        })),
      }),
  );
  return `the dictionaries are random ones, which fire as often and as strongly as the real ones on ${result} counted tokens of the first texts of all languages`;
}
