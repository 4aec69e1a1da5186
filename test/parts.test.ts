import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dealParts, folderOfWhole, partFolder, type TextsOfPart } from "../src/parts.js";
import { planShards } from "../src/plan.js";
import { failureOf } from "./fixtures/failure.js";

/** Lengths of up to four languages' texts, a budget, and as many parts as there are batches at most. */
const dealt = fc
  .tuple(
    fc.array(fc.array(fc.nat(40), { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 4 }),
    fc.integer({ min: 1, max: 100 }),
  )
  .chain(([lengths, budget]) => {
    const tokens = new Map(lengths.map((each, at) => [`l${at}`, each]));
    const batches = lengths.reduce((sum, each) => sum + planShards(each, budget).length, 0);
    return fc.record({
      ...{ tokens: fc.constant(tokens), budget: fc.constant(budget) },
      of: fc.integer({ min: 1, max: batches }),
    });
  });

/** The batches that a part reads of a language, as it plans them from its own texts alone. */
function batchesOf(part: TextsOfPart, language: string, lengths: number[], budget: number) {
  const own = part.get(language) ?? [];
  const plan = planShards(
    own.map((text) => lengths[text] as number),
    budget,
  );
  return plan.map(({ texts }) => texts.map((at) => own[at] as number));
}

describe("dealParts", () => {
  test("gives each text to one part, ascending, and languages in the run's order", () => {
    fc.assert(
      fc.property(dealt, ({ tokens, budget, of }) => {
        const parts = dealParts(tokens, budget, of);
        expect(parts).toHaveLength(of);
        for (const [language, lengths] of tokens) {
          const all = parts.flatMap((part) => part.get(language) ?? []);
          expect(all.toSorted((a, b) => a - b)).toEqual([...lengths.keys()]);
        }
        for (const part of parts) {
          expect([...part.keys()]).toEqual([...tokens.keys()].filter((code) => part.has(code)));
          for (const texts of part.values())
            expect([...texts]).toEqual(texts.toSorted((a, b) => a - b));
        }
      }),
    );
  });

  test("what a part plans from its own texts are batches of the run's plan, and all of them are somebody's", () => {
    fc.assert(
      fc.property(dealt, ({ tokens, budget, of }) => {
        const parts = dealParts(tokens, budget, of);
        for (const [language, lengths] of tokens) {
          const whole = planShards(lengths, budget).map(({ texts }) => texts.join());
          const inParts = parts.flatMap((part) =>
            batchesOf(part, language, lengths, budget).map((texts) => texts.join()),
          );
          expect(inParts.toSorted()).toEqual(whole.toSorted());
        }
      }),
    );
  });

  test("no part has more to do than another by more than the largest batch", () => {
    fc.assert(
      fc.property(dealt, ({ tokens, budget, of }) => {
        const costsOf = (part: TextsOfPart) =>
          [...tokens].flatMap(([language, lengths]) =>
            batchesOf(part, language, lengths, budget).map(
              (texts) => texts.length * Math.max(...texts.map((text) => lengths[text] as number)),
            ),
          );
        const costs = dealParts(tokens, budget, of).map(costsOf);
        const loads = costs.map((each) => each.reduce((sum, cost) => sum + cost, 0));
        const largest = Math.max(...costs.flat());
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(largest);
      }),
    );
  });

  test("goes by falling cost, of equals by the plan's order; a language of one batch is in one part alone", () => {
    const tokens = new Map([
      ["eng_Latn", [4, 4, 2, 2]],
      ["fra_Latn", [4, 4]],
      ["tha_Thai", [3]],
    ]);
    // Batches: eng {2, 3} of 4, {0, 1} of 8; fra {0, 1} of 8; tha {0} of 3.
    expect(dealParts(tokens, 8, 2)).toEqual([
      new Map([["eng_Latn", [0, 1, 2, 3]]]),
      new Map([
        ["fra_Latn", [0, 1]],
        ["tha_Thai", [0]],
      ]),
    ]);
  });

  test("more parts than batches are refused, with how many there can be", () => {
    const tokens = new Map([["eng_Latn", [3, 3, 3]]]);
    expect(failureOf(() => dealParts(tokens, 6, 3)).message).toBe(
      "--shard: found 3 parts, but the run has 2 batches (of up to 6 tokens), which are not divided. Expected at most 2 parts. Ask for fewer, or for smaller batches with --batch-tokens.",
    );
  });
});

describe("a part's folder", () => {
  const part = { part: 2, of: 4 };

  test.each([
    ["v_score_runs/demo-100", "v_score_runs/demo-100.part-2-of-4"],
    ["runs/demo/", "runs/demo.part-2-of-4"],
    ["runs/demo.part-1-of-3", "runs/demo.part-2-of-4"],
    ["runs/demo.part-1-of-3/", "runs/demo.part-2-of-4"],
  ])("of the run %s is %s", (run, folder) => {
    expect(partFolder(run, part)).toBe(folder);
  });

  test("names its run, and another folder none", () => {
    expect(folderOfWhole("runs/demo.part-2-of-4")).toBe("runs/demo");
    expect(folderOfWhole("runs/demo")).toBeNull();
  });
});
