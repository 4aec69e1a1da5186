import fc from "fast-check";
import { expect, test } from "vitest";
import { SpanReader, type SpanSums, sumSpans, type TextSpan } from "../../src/experiments/spans.js";
import { FakeJobs, outOfMemory } from "../fixtures/fake-jobs.js";
import { type Spelled, spelled, spelledFrame } from "../fixtures/frames.js";

const rule = { special_tokens: "drop", first_token: "drop" } as const;
const watched = new Map([[1, [0]]]);

function sumsOf(text: string, tokens: Spelled[], span: [number, number]): SpanSums {
  const spans: TextSpan[] = [{ text: 0, start: span[0], end: span[1] }];
  const reader = new SpanReader([text], spans, watched, rule);
  reader.add(spelledFrame([{ text: 0, tokens }]));
  return reader.sumsOf(0);
}

test("a noun's tokens are those whose characters are its own; spaces before them do not matter", () => {
  const tokens = [
    spelled(0, 0, "<bos>", 100),
    spelled(0, 4, "the"),
    spelled(3, 6, " ca", 2),
    spelled(6, 7, "t", 3),
    spelled(7, 8, ".", 50),
  ];
  const { tokens: count, straddling, sums } = sumsOf("the cat.", tokens, [4, 7]);
  expect([count, straddling, sums.get(1)?.[0]]).toEqual([2, 0, 5]);
});

test("a token that is also of what stands beside the noun is counted apart, and in no sum", () => {
  const tokens = [spelled(0, 2, "窓は", 7), spelled(2, 4, "窓だ", 5), spelled(4, 5, "と", 1)];
  expect(sumsOf("窓は窓だと", tokens, [3, 5])).toMatchObject({ tokens: 1, straddling: 1 });
  expect(sumsOf("窓は窓だと", tokens, [3, 5]).sums.get(1)?.[0]).toBe(1);
});

test("offsets count code points; the bytes of one character are tokens of their own", () => {
  const tokens = [
    spelled(0, 1, "👍", 9),
    spelled(1, 2, "\ufffd", 1),
    spelled(1, 2, "\ufffd", 2),
    spelled(2, 3, " "),
  ];
  expect(sumsOf("👍犬 ", tokens, [1, 2])).toMatchObject({ tokens: 2 });
  expect(sumsOf("👍犬 ", tokens, [1, 2]).sums.get(1)?.[0]).toBe(3);
});

test("tokens that the run's rule leaves out do not count", () => {
  const first = { ...spelled(0, 3, "cat", 4), role: 1 };
  expect(sumsOf("cat", [first], [0, 3])).toMatchObject({ tokens: 0 });
});

test("the place of a feature that several languages share gets its activation each time", () => {
  const reader = new SpanReader(
    ["ab"],
    [{ text: 0, start: 0, end: 2 }],
    new Map([[1, [0, 5, 0]]]),
    rule,
  );
  reader.add(spelledFrame([{ text: 0, tokens: [spelled(0, 2, "ab", 3)] }]));
  expect([...(reader.sumsOf(0).sums.get(1) ?? [])]).toEqual([3, 0, 3]);
});

test("in whatever pieces the texts come, the sums are the same", () => {
  const texts = fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 8 }), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 5 }), (values, size) => {
      const all = values.map((own) => "x".repeat(own.length));
      const spans = values.map((own, text) => ({ text, start: 0, end: own.length }));
      const tokensOf = (own: number[]) => own.map((value, at) => spelled(at, at + 1, "x", value));
      const reader = new SpanReader(all, spans, watched, rule);
      for (const [text, own] of values.entries()) {
        const tokens = tokensOf(own);
        for (let from = 0; from < tokens.length; from += size)
          reader.add(spelledFrame([{ text, tokens: tokens.slice(from, from + size), from }]));
      }
      for (const [text, own] of values.entries()) {
        const found = reader.sumsOf(text);
        expect(found.tokens).toBe(own.length);
        expect(found.sums.get(1)?.[0]).toBe(own.reduce((sum, value) => sum + value, 0));
      }
    }),
  );
});

test("a text that was cut before its span's end has no sums", async () => {
  const jobs = new FakeJobs({
    truncated: [0, 1],
    extract: () => [
      spelledFrame([
        { text: 0, tokens: [spelled(0, 1, "a", 1)] },
        { text: 1, tokens: [spelled(0, 1, "a", 1), spelled(1, 2, "b", 1)] },
      ]),
    ],
  });
  const spans = [0, 1].map((text) => ({ text, start: 0, end: 2 }));
  const found = await sumSpans(["ab", "ab and more"], spans, watched, { rule, budget: 64 }, jobs);
  expect(found[0]).toBeNull();
  expect(found[1]).toMatchObject({ tokens: 2 });
});

test("out of memory, it is read again in smaller batches, and nothing counts twice", async () => {
  let calls = 0;
  const jobs = new FakeJobs({
    extract: ({ shards }) => {
      calls += 1;
      const frames = shards.map(({ texts }) =>
        spelledFrame(texts.map((text) => ({ text, tokens: [spelled(0, 1, "a", 2)] }))),
      );
      if (calls > 1) return frames;
      return (function* () {
        yield frames[0] as never;
        throw outOfMemory();
      })();
    },
  });
  const spans = [0, 1, 2].map((text) => ({ text, start: 0, end: 1 }));
  const found = await sumSpans(["a", "a", "a"], spans, watched, { rule, budget: 2 }, jobs);
  expect(found.map((each) => each?.sums.get(1)?.[0])).toEqual([2, 2, 2]);
  expect(jobs.asked.map(({ shards }) => shards.length)).toEqual([2, 3]);
});
