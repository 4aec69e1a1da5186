import { expect, test } from "vitest";
import { collectExamples } from "../../src/compute/collect-examples.js";
import { chooseExamples, EXAMPLE_WINDOW } from "../../src/reduce/examples.js";
import { Examples } from "../../src/runs/examples-file.js";
import { FakeJobs } from "../fixtures/fake-jobs.js";
import { type Spelled, spelled, spelledFrame } from "../fixtures/frames.js";
import { configOf } from "../fixtures/runs.js";
import { languageSums } from "../fixtures/sums.js";

/** Runs it over English texts, spelled by their tokens, with a dictionary of one feature. */
async function collect(texts: { text: string; tokens: Spelled[] }[]) {
  const jobs = new FakeJobs({
    extract: ({ shards }) =>
      shards.map((shard) =>
        spelledFrame(shard.texts.map((text) => ({ text, tokens: texts[text]?.tokens ?? [] }))),
      ),
  });
  const sums = languageSums("eng_Latn", { 1: texts.map(({ tokens }) => tokens) }, 1);
  const corpus = texts.map(({ text }, at) => ({ id: `t${at}`, text }));
  const examples = await collectExamples(
    configOf(),
    chooseExamples(1, [0], [sums]),
    [sums],
    new Map([["eng_Latn", corpus]]),
    jobs,
    { budget: 4096, onHalved: async () => undefined },
  );
  expect(Examples.parse(examples)).toEqual(examples);
  return { jobs, contexts: examples.features[0]?.contexts ?? [] };
}

const plainText = (length: number, peak: number) => ({
  text: "x".repeat(length),
  tokens: Array.from({ length }, (_, at) => spelled(at, at + 1, "?", at === peak ? 9 : 0)),
});

test("the pieces are the text's own, joined they give it back; a token without a span is its word", async () => {
  const { contexts } = await collect([
    {
      text: "a big cat",
      tokens: [
        spelled(0, 0, "<bos>"),
        spelled(0, 1, "a"),
        spelled(1, 5, "▁big", 1.234567),
        spelled(5, 9, "▁cat"),
      ],
    },
  ]);
  expect(contexts).toEqual([
    {
      language: "eng_Latn",
      id: "t0",
      first_token: 0,
      tokens_in_text: 4,
      pieces: ["<bos>", "a", " big", " cat"],
      activations: [null, 0, 1.2346, 0],
    },
  ]);
});

test("a token that does not count has no activation, however strongly the feature fires on it", async () => {
  const bos = { ...spelled(0, 0, "<bos>"), active: [[0, 99]] as [number, number][] };
  const { contexts } = await collect([{ text: "a", tokens: [bos, spelled(0, 1, "a", 2)] }]);
  expect(contexts[0]?.activations).toEqual([null, 2]);
});

test("a character whose bytes are split over tokens is shown once; offsets count code points", async () => {
  const { contexts } = await collect([
    {
      text: "👍🏽 né",
      tokens: [
        spelled(0, 1, "\ufffd"),
        spelled(0, 1, "\ufffd", 2),
        spelled(0, 2, "\ufffd"),
        spelled(2, 4, " n"),
        spelled(4, 5, "\ufffd"),
        spelled(4, 5, "\ufffd"),
      ],
    },
  ]);
  expect(contexts[0]?.pieces).toEqual(["👍", "", "🏽", " n", "é", ""]);
  expect(contexts[0]?.pieces.join("")).toBe("👍🏽 né");
});

test.each([
  [0, 0],
  [10, 0],
  [100, 100 - EXAMPLE_WINDOW / 2],
  [199, 200 - EXAMPLE_WINDOW],
])("of a long text, a window around the maximum at %i is kept, from %i", async (peak, from) => {
  const { contexts } = await collect([plainText(200, peak)]);
  const [context] = contexts;
  expect(context).toMatchObject({ first_token: from, tokens_in_text: 200 });
  expect(context?.pieces).toHaveLength(EXAMPLE_WINDOW);
  expect(context?.activations.indexOf(9)).toBe(peak - from);
});

test("only the texts that are shown go through the model again, by their numbers", async () => {
  const silent = plainText(3, -1);
  const { jobs, contexts } = await collect([silent, plainText(5, 1), silent, plainText(4, 2)]);
  expect(jobs.asked).toHaveLength(1);
  expect(jobs.asked[0]).toMatchObject({ language: "eng_Latn", tokens: true, layers: [1] });
  expect(jobs.asked[0]?.shards.flatMap(({ texts }) => texts)).toEqual([3, 1]);
  expect(contexts.map(({ id }) => id)).toEqual(["t1", "t3"]);
});

test("where nothing fires, nothing is asked of the engine", async () => {
  const { jobs, contexts } = await collect([plainText(3, -1)]);
  expect(jobs.asked).toEqual([]);
  expect(contexts).toEqual([]);
});
