import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isCounted, TextSums, type TokenRule } from "../../src/reduce/text-sums.js";
import { arbitraryTexts, FEATURES } from "../fixtures/arbitrary-texts.js";
import { frameOf, type Token, token } from "../fixtures/frames.js";
import { DROP, sumsOf } from "../fixtures/sums.js";

const KEEP: TokenRule = { special_tokens: "keep", first_token: "keep" };
const RULES: TokenRule[] = [
  DROP,
  KEEP,
  { special_tokens: "keep", first_token: "drop" },
  { special_tokens: "drop", first_token: "keep" },
];

/** What one text's tokens come to, feature by feature, without any of the cleverness. */
function bruteForce(tokens: readonly Token[], rule: TokenRule) {
  const counted = tokens
    .map((each, position) => ({ ...each, position }))
    .filter(({ role }) => isCounted(role, rule));
  const features = [...new Set(counted.flatMap(({ active }) => active.map(([f]) => f)))];
  return features
    .sort((a, b) => a - b)
    .map((feature) => {
      const hits = counted.flatMap(({ active, position }) =>
        active.filter(([f]) => f === feature).map(([, value]) => ({ value, position })),
      );
      const max = Math.max(...hits.map(({ value }) => value));
      return {
        feature,
        sum: Math.fround(hits.reduce((sum, { value }) => sum + value, 0)),
        active: hits.length,
        max,
        where: hits.find(({ value }) => value === max)?.position,
      };
    });
}

function textOf(sums: ReturnType<typeof sumsOf>["sums"], text: number) {
  const at = (i: number) => (sums.indptr[text] as number) + i;
  const length = (sums.indptr[text + 1] as number) - (sums.indptr[text] as number);
  return Array.from({ length }, (_, i) => ({
    feature: sums.feature[at(i)],
    sum: sums.sum[at(i)],
    active: sums.active[at(i)],
    max: sums.max[at(i)],
    where: sums.where[at(i)],
  }));
}

describe("which tokens count", () => {
  const [TEXT, FIRST, SPECIAL, BOS] = [0, 1, 2, 3];
  test.each([
    ["drop", "drop", [TEXT]],
    ["drop", "keep", [TEXT, FIRST]],
    ["keep", "drop", [TEXT, SPECIAL]],
    ["keep", "keep", [TEXT, FIRST, SPECIAL, BOS]],
  ] as const)("special %s, first %s: roles %j", (special_tokens, first_token, roles) => {
    const rule = { special_tokens, first_token };
    expect([0, 1, 2, 3].filter((role) => isCounted(role, rule))).toEqual(roles);
  });
});

describe("TextSums", () => {
  test("sums, counts, maxima and their places are those of a brute-force count", () => {
    fc.assert(
      fc.property(arbitraryTexts, fc.constantFrom(...RULES), (texts, rule) => {
        const { sums, counted } = sumsOf(texts, FEATURES, rule);
        texts.forEach((tokens, text) => {
          expect(textOf(sums, text)).toEqual(bruteForce(tokens, rule));
          expect(counted[text]).toBe(tokens.filter(({ role }) => isCounted(role, rule)).length);
        });
      }),
    );
  });

  test("what fires at the first position is summed apart, whatever the rule", () => {
    fc.assert(
      fc.property(arbitraryTexts, fc.constantFrom(...RULES), (texts, rule) => {
        const { first } = sumsOf(texts, FEATURES, rule).sums;
        const expected = new Float64Array(FEATURES);
        for (const { role, active } of texts.flat())
          if ((role & 1) !== 0)
            for (const [f, value] of active) expected[f] = (expected[f] as number) + value;
        const firing = [...expected.keys()].filter((f) => expected[f] !== 0);
        expect([...first.feature]).toEqual(firing);
        expect([...first.sum]).toEqual(firing.map((f) => Math.fround(expected[f] as number)));
      }),
    );
  });

  test("the order in which texts come changes no bit of their sums", () => {
    fc.assert(
      fc.property(
        arbitraryTexts.chain((texts) =>
          fc.tuple(
            fc.constant(texts),
            fc.shuffledSubarray([...texts.keys()], {
              minLength: texts.length,
              maxLength: texts.length,
            }),
          ),
        ),
        ([texts, order]) => {
          const running = new TextSums(FEATURES, texts.length, DROP);
          for (const text of order) running.add(frameOf([{ text, tokens: texts[text] ?? [] }]));
          const { sums, counted } = running.finish();
          // To the last bit, also where sums are over texts.
          expect({ sums, counted }).toEqual(sumsOf(texts, FEATURES));
        },
      ),
    );
  });

  test("wherever frames are cut, also within a text, the result is the same bits", () => {
    fc.assert(
      fc.property(arbitraryTexts, fc.infiniteStream(fc.boolean()), (texts, cuts) => {
        const running = new TextSums(FEATURES, texts.length, KEEP);
        let open: { text: number; tokens: Token[]; from: number }[] = [];
        const send = () => {
          running.add(frameOf(open));
          open = [];
        };
        texts.forEach((tokens, text) => {
          open.push({ text, tokens: [], from: 0 });
          tokens.forEach((each, position) => {
            if (cuts.next().value) {
              send();
              open.push({ text, tokens: [], from: position });
            }
            open.at(-1)?.tokens.push(each);
          });
        });
        send();
        expect(running.finish()).toEqual(sumsOf(texts, FEATURES, KEEP));
      }),
    );
  });

  test("of equal maxima the first position is kept, and negative values have a maximum too", () => {
    const text = [token(0, [0, -3]), token(0, [0, -1], [1, 5]), token(0, [0, -1], [1, 5])];
    const { sums } = sumsOf([text], 2);
    expect(textOf(sums, 0)).toEqual([
      { feature: 0, sum: -5, active: 3, max: -1, where: 1 },
      { feature: 1, sum: 10, active: 2, max: 5, where: 1 },
    ]);
  });

  test("what is summed over texts is added up in text order, in f64, whichever of them came first", () => {
    // Of such values nearly every order of additions has a sum of its own.
    const value = fc.constantFrom(2 ** 53, -(2 ** 53), 1, 3);
    const inAnyOrder = fc
      .array(value, { minLength: 3, maxLength: 8 })
      .chain((values) =>
        fc.tuple(
          fc.constant(values),
          fc.shuffledSubarray([...values.keys()], { minLength: values.length }),
        ),
      );
    fc.assert(
      fc.property(inAnyOrder, ([values, order]) => {
        const running = new TextSums(1, values.length, DROP);
        for (const text of order)
          running.add(frameOf([{ text, tokens: [token(1, [0, values[text] as number])] }]));
        const expected = values.reduce((sum, each) => sum + each, 0);
        const { first } = running.finish().sums;
        expect([...first.sum]).toEqual(expected === 0 ? [] : [Math.fround(expected)]);
      }),
    );
  });

  test("a text's sums are made in f64 and rounded once", () => {
    const text = [token(0, [0, 2 ** 24]), ...Array.from({ length: 4 }, () => token(0, [0, 1]))];
    expect(sumsOf([text], 1).sums.sum[0]).toBe(2 ** 24 + 4);
  });

  test("a text without tokens has nothing, and does not disturb its neighbours", () => {
    const { sums, counted } = sumsOf([[token(0, [1, 2])], [], [token(0, [0, 3])]], 2);
    expect([...counted]).toEqual([1, 0, 1]);
    expect([...sums.indptr]).toEqual([0, 1, 1, 2]);
  });

  test.each<[string, (running: TextSums) => void, RegExp]>([
    ["a text that never comes", (r) => r.add(frameOf([{ text: 0, tokens: [] }])), /text 1 never/],
    [
      "a text not asked for",
      (r) => r.add(frameOf([{ text: 2, tokens: [] }])),
      /text 2 of eng_Latn/,
    ],
    [
      "a text that comes twice",
      (r) => r.add(frameOf([0, 1, 0].map((text) => ({ text, tokens: [] })))),
      /text 0 of eng_Latn, layer 0, came twice/,
    ],
    [
      "a feature beyond the width",
      (r) => r.add(frameOf([{ text: 0, tokens: [token(0, [6, 1])] }])),
      /feature 6 is beyond the dictionary's 6/,
    ],
    [
      "NaN",
      (r) => r.add(frameOf([{ text: 0, tokens: [token(0, [0, Number.NaN])] }])),
      /feature 0 in text 0 is NaN/,
    ],
    [
      "infinity",
      (r) => r.add(frameOf([{ text: 0, tokens: [token(0, [0, Number.POSITIVE_INFINITY])] }])),
      /is Infinity/,
    ],
  ])("%s is refused", (_, act, words) => {
    const running = new TextSums(6, 2, DROP);
    expect(() => {
      act(running);
      running.finish();
    }).toThrow(words);
  });

  test("a frame that repeats or skips positions of the open text is refused", () => {
    const sums = new TextSums(4, 1, DROP);
    const frame = frameOf([{ text: 0, tokens: [token(1), token(0, [1, 2])] }]);
    sums.add(frame);
    expect(() => sums.add(frame)).toThrow("position 0 came where 2 was due");
    expect(() => sums.add(frameOf([{ text: 0, tokens: [token(0)], from: 3 }]))).toThrow(
      "position 3 came where 2",
    );
  });
});
