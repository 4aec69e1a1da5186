import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mergeSums, type SumsOfPart } from "../../src/merge/merged-sums.js";
import { dealParts } from "../../src/parts.js";
import { planShards } from "../../src/plan.js";
import { TextSums } from "../../src/reduce/text-sums.js";
import { decodePartSums, encodePartSums, type PartSums } from "../../src/runs/part-sums-file.js";
import { encodeSums } from "../../src/runs/sums-file.js";
import { arbitraryTexts, FEATURES } from "../fixtures/arbitrary-texts.js";
import { failureOf } from "../fixtures/failure.js";
import { frameOf, type Token, token } from "../fixtures/frames.js";
import { DROP, languageSums } from "../fixtures/sums.js";

/** What a part has of a language: its texts, read in another order than a run would. */
function partOf(language: string, texts: readonly Token[][], own: readonly number[]): PartSums {
  const whole = languageSums(language, { 3: texts }, FEATURES);
  const running = new TextSums(FEATURES, texts.length, DROP);
  for (const text of own.toReversed())
    running.add(frameOf([{ text, tokens: texts[text] as Token[] }]));
  return {
    ...{ language, provenance: whole.provenance, texts: whole.texts, tokens: whole.tokens },
    own: Uint32Array.from(own),
    counted: Uint32Array.from(own, (text) => running.countedTokens[text] as number),
    layers: new Map([[3, { features: FEATURES, texts: [...running.finishTexts(own)] }]]),
  };
}

/** Values between which rounding shows. */
const farApart = (texts: readonly Token[][]): Token[][] =>
  texts.map((tokens, text) =>
    tokens.map(({ role, active }) => ({
      role,
      active: active.map(([f, value]) => [f, Math.fround(value * 2 ** (text % 2 === 0 ? 40 : 0))]),
    })),
  );

const arbitraryRun = fc.record({
  languages: fc.array(arbitraryTexts.map(farApart), { minLength: 1, maxLength: 3 }),
  budget: fc.integer({ min: 1, max: 20 }),
  parts: fc.nat(),
  order: fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
});

describe("mergeSums", () => {
  test("of any plan, number of parts and order: the bytes of the sums in one piece", () => {
    fc.assert(
      fc.property(arbitraryRun, ({ languages, budget, parts, order }) => {
        const tokens = new Map(
          languages.map((texts, at) => [`l${at}`, texts.map(({ length }) => length)]),
        );
        const batches = [...tokens.values()].flatMap((lengths) => planShards(lengths, budget));
        const of = 1 + (parts % batches.length);
        const dealt = dealParts(tokens, budget, of);
        languages.forEach((texts, at) => {
          const language = `l${at}`;
          const stored = dealt.flatMap((part, index): SumsOfPart[] => {
            const own = part.get(language);
            if (own === undefined) return [];
            const bytes = encodePartSums(partOf(language, texts, own));
            return [{ part: { part: index + 1, of }, sums: decodePartSums(bytes) }];
          });
          const inAnyOrder = stored.toSorted(
            (a, b) => (order[a.part.part % 8] as number) - (order[b.part.part % 8] as number),
          ) as [SumsOfPart];
          const whole = languageSums(language, { 3: texts }, FEATURES);
          expect(encodeSums(mergeSums(inAnyOrder))).toEqual(encodeSums(whole));
        });
      }),
    );
  });

  const texts = [1, 2, 3].map((value) => [token(1, [0, value]), token(0, [1, value])]);
  const part = (number: number, own: number[], of = texts): SumsOfPart => ({
    part: { part: number, of: 2 },
    sums: partOf("tha_Thai", of, own),
  });

  test.each<[string, SumsOfPart, SumsOfPart, string]>([
    ["a text that two parts have", part(1, [0, 1]), part(2, [1, 2]), "text 1 of tha_Thai is in"],
    ["a text that none has", part(1, [0]), part(2, [2]), "text 1 of tha_Thai is in none of them"],
    [
      "parts of other texts",
      part(1, [0, 1]),
      part(2, [2], [...texts, []]),
      "their texts of tha_Thai are not the same",
    ],
  ])("%s is refused, with what to do", (_, one, other, found) => {
    const { message, exitCode } = failureOf(() => mergeSums([one, other]));
    expect(exitCode).toBe(2);
    expect(message).toContain(`These parts are not of one plan: ${found}`);
    expect(message).toContain("Expected each text in one part. Compute the parts anew");
  });
});
