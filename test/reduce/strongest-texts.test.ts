import fc from "fast-check";
import { expect, test } from "vitest";
import { EXAMPLE_TEXTS } from "../../src/reduce/examples.js";
import { type LayerStrongest, StrongestTexts } from "../../src/reduce/strongest-texts.js";
import { isCounted } from "../../src/reduce/text-sums.js";
import { frameOf, type Token, token } from "../fixtures/frames.js";
import { DROP } from "../fixtures/sums.js";

const FEATURES = 4;

/** What a layer keeps, as plain lists: of each feature its texts, each with [position, activation]. */
const listed = (layer: LayerStrongest) =>
  [...layer.feature].map((feature, at) => ({
    feature,
    texts: range(layer.texts, at).map((entry) => ({
      text: layer.text[entry],
      tokens: range(layer.tokens, entry).map((i) => [layer.position[i], layer.value[i]]),
    })),
  }));

const range = (starts: Uint32Array, at: number): number[] => {
  const [from, to] = [starts[at] as number, starts[at + 1] as number];
  return Array.from({ length: to - from }, (_, i) => from + i);
};

/** The same by sorting everything. */
function bySorting(texts: readonly (readonly Token[])[]) {
  const of = (feature: number) =>
    texts
      .map((tokens, text) => ({
        text,
        tokens: tokens.flatMap(({ role, active }, position) =>
          isCounted(role, DROP)
            ? active.filter(([f]) => f === feature).map(([, value]) => [position, value])
            : [],
        ),
      }))
      .filter(({ tokens }) => tokens.length > 0)
      .sort((a, b) => maxOf(b.tokens) - maxOf(a.tokens) || a.text - b.text)
      .slice(0, EXAMPLE_TEXTS);
  return Array.from({ length: FEATURES }, (_, feature) => ({ feature, texts: of(feature) })).filter(
    ({ texts }) => texts.length > 0,
  );
}

const maxOf = (tokens: number[][]) => Math.max(...tokens.map(([, value]) => value as number));

const arbitraryToken = fc
  .tuple(
    fc.constantFrom(0, 0, 0, 1, 2, 3),
    fc.uniqueArray(fc.nat(FEATURES - 1), { maxLength: FEATURES }),
    // Few values, so that maxima are often equal; dictionaries may give negative ones.
    fc.array(fc.constantFrom(0.5, 1, 2, -1), { minLength: FEATURES, maxLength: FEATURES }),
  )
  .map(([role, features, values]) =>
    token(
      role,
      ...features
        .sort((a, b) => a - b)
        .map((feature, at): [number, number] => [feature, values[at] as number]),
    ),
  );

test("of every feature the strongest texts are kept, in whatever order and pieces they come", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(arbitraryToken, { maxLength: 5 }), { maxLength: 12 }),
      fc.infiniteStream(fc.nat(99)),
      fc.nat(4),
      (texts, chance, cut) => {
        const order = texts
          .map((_, text) => [chance.next().value as number, text] as const)
          .sort(([a], [b]) => a - b)
          .map(([, text]) => text);
        const kept = new StrongestTexts(FEATURES, DROP);
        for (const text of order) {
          const tokens = texts[text] as Token[];
          // A text may go on in the next frame.
          kept.add(frameOf([{ text, tokens: tokens.slice(0, cut) }]));
          if (cut < tokens.length)
            kept.add(frameOf([{ text, tokens: tokens.slice(cut), from: cut }]));
        }
        expect(listed(kept.finish())).toEqual(bySorting(texts));
      },
    ),
  );
});

test("more activations than one page holds are kept", () => {
  const texts = Array.from({ length: 6 }, (_, text) =>
    Array.from({ length: 700 }, (_, at) => token(0, [0, text + 1], [3, at + 1])),
  );
  const kept = new StrongestTexts(FEATURES, DROP);
  kept.add(frameOf(texts.map((tokens, text) => ({ text, tokens }))));
  const found = listed(kept.finish());
  expect(found).toEqual(bySorting(texts));
  expect(found[0]?.texts.map(({ text }) => text)).toEqual([5, 4, 3, 2]);
});

test("texts that ever stronger ones displace leave nothing behind", () => {
  const texts = Array.from({ length: 40 }, (_, text) => [
    token(1, [0, 9]),
    token(0, [0, text + 1], [2, 100 - text]),
    token(0, [0, 0.5], [1, (text * 7) % 11], [2, 1]),
  ]);
  const kept = new StrongestTexts(FEATURES, DROP);
  for (const [text, tokens] of texts.entries()) kept.add(frameOf([{ text, tokens }]));
  expect(listed(kept.finish())).toEqual(bySorting(texts));
});
