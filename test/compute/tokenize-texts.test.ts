import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countedTokens } from "../../src/compute/tokenize-texts.js";
import type { TokenizedTexts } from "../../src/engine/engine-jobs.js";
import { isCounted, type TokenRule } from "../../src/reduce/text-sums.js";

const FIRST = 1;
const SPECIAL = 2;

/** What the engine says of texts given by whether each token is special. */
const tokenized = (texts: boolean[][]): TokenizedTexts => ({
  tokens: Uint32Array.from(texts, (text) => text.length),
  plain: Uint32Array.from(texts, (text) => text.slice(1).filter((special) => !special).length),
  specialFirst: Uint8Array.from(texts, ([first]) => (first ? 1 : 0)),
  truncated: [],
});

const rules = fc.record<TokenRule>({
  special_tokens: fc.constantFrom("drop", "keep"),
  first_token: fc.constantFrom("drop", "keep"),
});

describe("countedTokens", () => {
  test("counts what the reduction will count, under every rule", () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.boolean())), rules, (texts, rule) => {
        const expected = texts.map(
          (text) =>
            text.filter((special, position) =>
              isCounted((position === 0 ? FIRST : 0) | (special ? SPECIAL : 0), rule),
            ).length,
        );
        expect([...countedTokens(tokenized(texts), rule)]).toEqual(expected);
      }),
    );
  });
});
