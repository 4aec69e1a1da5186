import { describe, expect, test } from "vitest";
import {
  type ExtractRequest,
  extractLanguage,
  extractTexts,
} from "../../src/compute/extract-language.js";
import type { Shard } from "../../src/plan.js";
import { joinTexts } from "../../src/reduce/joined-texts.js";
import { rejectionOf } from "../fixtures/failure.js";
import { FakeJobs, outOfMemory } from "../fixtures/fake-jobs.js";
import { frameOf, type Token, token } from "../fixtures/frames.js";
import { configOf } from "../fixtures/runs.js";
import { sumsOf } from "../fixtures/sums.js";

const LENGTHS = [3, 10, 5, 4];
const TEXTS = LENGTHS.map((length, text) =>
  Array.from({ length }, (_, at) => token(at === 0 ? 1 : 0, [text, at + 1])),
);
const request = (changes: Partial<ExtractRequest> = {}): ExtractRequest => ({
  config: configOf({ layers: [1, 2] }),
  language: "eng_Latn",
  tokens: Uint32Array.from(LENGTHS),
  widths: new Map([
    [1, 4],
    [2, 4],
  ]),
  budget: 64,
  ...changes,
});
const framesOf = ({ shard, texts }: Shard, layers: readonly number[]) =>
  layers.map((layer) =>
    frameOf(
      texts.map((text) => ({ text, tokens: TEXTS[text] ?? [] })),
      { layer, shard },
    ),
  );

/** Batches and halvings, as they are announced. */
function noting() {
  const noted: (string | number[])[] = [];
  return {
    noted,
    onBatch: (texts: number, tokens: number) => void noted.push([texts, tokens]),
    onSeconds: () => undefined,
    onHalved: async (budget: number) => void noted.push(`halved to ${budget}`),
  };
}

const widestOf = (shards: readonly Shard[]) =>
  Math.max(
    ...shards.map(
      ({ texts }) => texts.length * Math.max(...texts.map((t) => LENGTHS[t] as number)),
    ),
  );

describe("extractLanguage", () => {
  test("reduces every layer's frames; a batch counts once, when its last layer is through", async () => {
    const jobs = new FakeJobs({
      extract: ({ shards, layers }) => shards.flatMap((shard) => framesOf(shard, layers)),
    });
    const news = noting();
    const { layers, counted, budget } = await extractLanguage(request({ budget: 12 }), jobs, news);
    const expected = sumsOf(TEXTS, 4);
    expect([...layers]).toEqual([
      [1, expected.sums],
      [2, expected.sums],
    ]);
    expect([...counted]).toEqual([2, 9, 4, 3]);
    expect(budget).toBe(12);
    expect(news.noted).toEqual([
      [2, 7],
      [1, 5],
      [1, 10],
    ]);
  });

  test("workers are told what comes next, in batches of the budget that holds", async () => {
    const jobs = new FakeJobs({
      extract: ({ shards, layers }) => {
        if (widestOf(shards) > 12) throw outOfMemory();
        return shards.flatMap((shard) => framesOf(shard, layers));
      },
    });
    const ahead = (budget: number) => [{ language: "fra_Latn", shard: 0, texts: [budget] }];
    await extractLanguage(request({ budget: 24, ahead }), jobs, noting());
    expect(jobs.asked.map((each) => each.ahead?.[0]?.texts)).toEqual([[24], [12]]);
  });

  test("batches may come in any order", async () => {
    const answer = (turn: (shards: readonly Shard[]) => Shard[]) =>
      new FakeJobs({
        extract: ({ shards, layers }) => turn(shards).flatMap((each) => framesOf(each, layers)),
      });
    const inOrder = answer((shards) => [...shards]);
    const turned = answer((shards) => shards.toReversed());
    const news = noting();
    const first = await extractLanguage(request({ budget: 12 }), inOrder, noting());
    const second = await extractLanguage(request({ budget: 12 }), turned, news);
    expect([...second.layers]).toEqual([...first.layers]);
    expect(second).toEqual({ ...first, layers: expect.anything() });
    expect(second.layers.get(2)).toEqual(first.layers.get(2));
    expect(second.layers.get(3)).toBeUndefined();
    expect(news.noted).toEqual([
      [1, 10],
      [1, 5],
      [2, 7],
    ]);
  });

  test("a batch whose layers come in several frames counts once", async () => {
    const parts = (layer: number) => [
      frameOf([{ text: 0, tokens: [token(0)] }], { layer }),
      frameOf([{ text: 0, tokens: [token(0)], from: 1 }], { layer }),
    ];
    const jobs = new FakeJobs({ extract: () => [1, 2].flatMap(parts) });
    const news = noting();
    await extractLanguage(request({ tokens: Uint32Array.of(2) }), jobs, news);
    expect(news.noted).toEqual([[1, 2]]);
  });

  test("out of memory, the budget halves and the language begins again", async () => {
    const jobs = new FakeJobs({
      *extract({ shards, layers }) {
        for (const shard of shards) {
          if (widestOf([shard]) > 14) throw outOfMemory();
          yield* framesOf(shard, layers);
        }
      },
    });
    const news = noting();
    const { layers, budget } = await extractLanguage(request(), jobs, news);
    expect(budget).toBe(10);
    expect(news.noted.filter((each) => typeof each === "string")).toEqual([
      "halved to 32",
      "halved to 16",
      "halved to 10",
    ]);
    expect(layers.get(1)).toEqual(sumsOf(TEXTS, 4).sums);
  });

  test("it halves down to the longest text, and then there is nothing left to try", async () => {
    const jobs = new FakeJobs({
      extract: () => {
        throw outOfMemory();
      },
    });
    const news = noting();
    const error = await rejectionOf(extractLanguage(request(), jobs, news));
    expect(error.message).toContain("too little memory for one text alone");
    expect(news.noted).toEqual(["halved to 32", "halved to 16", "halved to 10"]);
    expect(jobs.asked.at(-1)?.shards.at(-1)).toEqual({ shard: 2, texts: [1] });
  });

  test("of some texts: they alone are asked for, in batches of their own, and come each by itself", async () => {
    const jobs = new FakeJobs({
      extract: ({ shards, layers }) => shards.flatMap((shard) => framesOf(shard, layers)),
    });
    const news = noting();
    const some = { ...request({ budget: 12 }), texts: [1, 2] };
    const { layers, counted } = await extractTexts(some, jobs, news);
    expect(jobs.asked[0]?.shards).toEqual([
      { shard: 0, texts: [2] },
      { shard: 1, texts: [1] },
    ]);
    expect(joinTexts(4, layers.get(2) ?? [])).toEqual(
      sumsOf([TEXTS[1] as Token[], TEXTS[2] as Token[]], 4).sums,
    );
    expect([...counted]).toEqual([0, 9, 4, 0]);
    expect(news.noted).toEqual([
      [1, 5],
      [1, 10],
    ]);
  });

  test("of some texts, memory is tried down to the longest of these", async () => {
    const jobs = new FakeJobs({
      extract: () => {
        throw outOfMemory();
      },
    });
    const some = { ...request(), texts: [0, 3] };
    const error = await rejectionOf(extractTexts(some, jobs, noting()));
    expect(error.message).toContain("(the longest has 4 tokens)");
  });

  test("any other failure passes at once", async () => {
    const jobs = new FakeJobs({
      extract: () => {
        throw new Error("the engine died");
      },
    });
    await expect(extractLanguage(request(), jobs, noting())).rejects.toThrow("the engine died");
    expect(jobs.asked).toHaveLength(1);
  });

  test("a layer not asked for, or a text that never comes, is an error", async () => {
    const foreign = new FakeJobs({ extract: () => [frameOf([], { layer: 9 })] });
    await expect(extractLanguage(request(), foreign, noting())).rejects.toThrow("sent layer 9");
    const silent = new FakeJobs({});
    await expect(extractLanguage(request(), silent, noting())).rejects.toThrow("never arrived");
  });
});
