import type { RunConfig } from "../config/schema.js";
import type { EngineJobs, TokenizedTexts } from "../engine/engine-jobs.js";
import { requestError } from "../errors.js";
import type { CorpusText } from "../plan.js";
import type { TokenRule } from "../reduce/text-sums.js";

/** A language's texts as the engine holds them. */
export interface TokenizedLanguage {
  /** All tokens of each text. */
  tokens: Uint32Array;
  /** Those that count under the run's rule. */
  counted: Uint32Array;
  /** How many texts were cut to the model's context. */
  truncated: number;
}

/**
 * Tokenises every language before anything is written, so that texts and languages without a counted token are known.
 *
 * @param dealSeed where each language's tokens are dealt out anew over its texts
 * @throws VscoreError (request) for a language none of whose tokens counts: it has no mean
 */
export async function tokenizeTexts(
  languages: ReadonlyMap<string, readonly CorpusText[]>,
  rule: TokenRule,
  jobs: EngineJobs,
  dealSeed: number | null = null,
): Promise<Map<string, TokenizedLanguage>> {
  const tokenized = new Map<string, TokenizedLanguage>();
  for (const [language, texts] of languages) {
    const result = await jobs.tokenize(
      language,
      texts.map(({ text }) => text),
      dealSeed,
    );
    const counted = countedTokens(result, rule);
    if (counted.every((n) => n === 0)) {
      throw requestError(
        `None of the ${counted.length} texts of ${language} has a token that counts. Expected at least one: use longer texts, or --first-token keep.`,
      );
    }
    tokenized.set(language, { tokens: result.tokens, counted, truncated: result.truncated.length });
  }
  return tokenized;
}

/** By which the tokens of a run are dealt out anew; null where they stay. */
export const dealSeedOf = ({
  control,
  seed,
}: Pick<RunConfig, "control" | "seed">): number | null =>
  control === "random-tokens" ? seed : null;

/** How many tokens of each text count, from how many it has of which kind. */
export function countedTokens(texts: TokenizedTexts, rule: TokenRule): Uint32Array {
  const { tokens, plain, specialFirst } = texts;
  return tokens.map((all, text) => {
    if (all === 0) return 0;
    // `plain` has neither special tokens nor the first position.
    const firstIsSpecial = specialFirst[text] === 1;
    const firstCounts =
      rule.first_token === "keep" && (!firstIsSpecial || rule.special_tokens === "keep");
    const others = rule.special_tokens === "keep" ? all - 1 : (plain[text] as number);
    return others + (firstCounts ? 1 : 0);
  });
}

/** What a reader of the results must know of the texts. */
export function textWarnings(
  tokenized: ReadonlyMap<string, TokenizedLanguage>,
  maxPositions: number,
): string[] {
  return [...tokenized].flatMap(([language, { counted, truncated }]) => {
    const skipped = counted.filter((n) => n === 0).length;
    return [
      ...(truncated > 0
        ? [
            `${language}: ${truncated} texts are longer than the model's context and were cut to ${maxPositions} tokens`,
          ]
        : []),
      ...(skipped > 0
        ? [`${language}: ${skipped} texts have no token that counts and are left out`]
        : []),
    ];
  });
}
