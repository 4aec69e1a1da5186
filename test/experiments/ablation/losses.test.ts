import { expect, test } from "vitest";
import { decodeLosses, encodeLosses } from "../../../src/experiments/ablation/losses.js";
import { readLosses } from "../../../src/experiments/ablation/read-losses.js";
import { FakeJobs, outOfMemory } from "../../fixtures/fake-jobs.js";

const losses = {
  tokens: Uint32Array.of(3, 4, 5),
  loss: [Float64Array.of(1, 2, 3), Float64Array.of(4, 5, 6.5)],
};

test("a part is read as it was written, and refused where it is of another request or damaged", () => {
  const bytes = encodeLosses(losses);
  expect(decodeLosses(bytes, 2, 3)).toEqual(losses);
  expect(() => decodeLosses(bytes, 3, 3)).toThrow();
  const damaged = bytes.slice();
  damaged[damaged.length - 1] = (damaged.at(-1) as number) ^ 1;
  expect(() => decodeLosses(damaged, 2, 3)).toThrow("hash");
});

const request = {
  ...{ language: "eng", lengths: [5, 9, 5], layer: 1, sets: [[1], [2, 3]], projection: "span" },
  ...{ hook: "metadata", budget: 10 },
} as Parameters<typeof readLosses>[0];
const answer = (texts: readonly number[]) => ({
  text: Uint32Array.from(texts),
  tokens: Uint32Array.from(texts, (text) => text + 1),
  loss: Float64Array.from([...texts.map((text) => 10 + text), ...texts.map((text) => 20 + text)]),
});

test("losses come to their texts, in whatever batches they were read", async () => {
  const jobs = new FakeJobs({ ablate: ({ shards }) => shards.map(({ texts }) => answer(texts)) });
  let told = 0;
  const read = await readLosses(request, jobs, (count) => {
    told += count;
  });
  expect(read.loss.map((row) => [...row])).toEqual([
    [10, 11, 12],
    [20, 21, 22],
  ]);
  expect([...read.tokens]).toEqual([1, 2, 3]);
  expect(told).toBe(6);
});

test("out of memory, batches are halved; a text that the engine left out is an error", async () => {
  let calls = 0;
  const jobs = new FakeJobs({
    ablate: ({ shards }) => {
      calls += 1;
      if (calls === 1) throw outOfMemory();
      return shards.map(({ texts }) => answer(texts));
    },
  });
  expect((await readLosses(request, jobs, () => undefined)).budget).toBe(9);
  const short = new FakeJobs({ ablate: () => [answer([0])] });
  await expect(readLosses(request, short, () => undefined)).rejects.toThrow("left out");
});
