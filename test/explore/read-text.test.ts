import { expect, test } from "vitest";
import { TextReader } from "../../src/explore/read-text.js";
import { frameOf, spelled, spelledFrame, token } from "../fixtures/frames.js";
import { DROP } from "../fixtures/sums.js";

const KEEP = { special_tokens: "keep", first_token: "keep" } as const;
const BOS = { ...spelled(0, 0, "<bos>"), active: [[0, 9]] as [number, number][] };

test("tokens have piece, offsets and whether they count; activations come by layer", () => {
  const reader = new TextReader("a né", [1, 4], DROP);
  const tokens = [BOS, spelled(0, 1, "a", 2), spelled(1, 4, "▁né")];
  reader.add(spelledFrame([{ text: 0, tokens }], 1));
  reader.add(
    spelledFrame([{ text: 0, tokens: tokens.map((each) => ({ ...each, active: [] })) }], 4),
  );
  const { tokens: found, active } = reader.finish();
  expect(found).toEqual([
    { piece: "<bos>", start: 0, end: 0, counted: false },
    { piece: "a", start: 0, end: 1, counted: true },
    { piece: " né", start: 1, end: 4, counted: true },
  ]);
  expect(active.get(1)).toEqual([[], [{ feature: 0, activation: 2 }], []]);
  expect(active.get(4)).toEqual([[], [], []]);
});

test("special tokens and the first position carry features where the run keeps them", () => {
  const reader = new TextReader("", [1], KEEP);
  reader.add(spelledFrame([{ text: 0, tokens: [BOS] }]));
  expect(reader.finish()).toMatchObject({
    tokens: [{ piece: "<bos>", counted: true }],
    active: new Map([[1, [[{ feature: 0, activation: 9 }]]]]),
  });
});

test("a text in several frames is the same as in one", () => {
  const tokens = [BOS, ...Array.from("👍🏽 né", (word, at) => spelled(at, at + 1, word, at))];
  const whole = new TextReader("👍🏽 né", [1], DROP);
  whole.add(spelledFrame([{ text: 0, tokens }]));
  const parts = new TextReader("👍🏽 né", [1], DROP);
  for (let from = 0; from < tokens.length; from += 2)
    parts.add(spelledFrame([{ text: 0, tokens: tokens.slice(from, from + 2), from }]));
  expect(parts.finish()).toEqual(whole.finish());
  expect(
    parts
      .finish()
      .tokens.slice(1)
      .map(({ piece }) => piece)
      .join(""),
  ).toBe("👍🏽 né");
});

test("what does not fit is no result: a gap, a layer nobody asked for, one cut short, no spelling", () => {
  const reader = () => new TextReader("ab", [1, 2], DROP);
  const tokens = [spelled(0, 1, "a"), spelled(1, 2, "b")];
  expect(() => reader().add(spelledFrame([{ text: 0, tokens, from: 1 }]))).toThrow(
    "position 1 came where 0 was due",
  );
  expect(() => reader().add(spelledFrame([{ text: 0, tokens }], 3))).toThrow("layer 3");
  expect(() => reader().add(frameOf([{ text: 0, tokens: [token(0)] }], { layer: 1 }))).toThrow(
    "no spelling",
  );
  const short = reader();
  short.add(spelledFrame([{ text: 0, tokens }], 1));
  expect(() => short.finish()).toThrow("layer 2 has 0 of the text's 2 tokens");
});
