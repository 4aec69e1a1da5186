import { expect, test } from "vitest";
import {
  CALIBRATION_TOKENS,
  randomiseDictionaries,
} from "../../src/compute/randomise-dictionaries.js";
import { FakeJobs, outOfMemory } from "../fixtures/fake-jobs.js";
import { configOf } from "../fixtures/runs.js";

type Request = Parameters<FakeJobs["randomise"]>[0];

/** The engine's job, answered here; the first requests find too little memory. */
class Randomising extends FakeJobs {
  readonly requests: Request[] = [];

  constructor(private failures = 0) {
    super({});
  }

  override async randomise(request: Request): Promise<number> {
    this.requests.push(request);
    if (this.failures-- > 0) throw outOfMemory();
    return 77;
  }
}

const language = (texts: number, length: number) => {
  const tokens = new Uint32Array(texts).fill(length);
  return { tokens, counted: tokens.map((n) => n - 1), truncated: 0 };
};

test("every language gives the first texts of an equal share of tokens, or all that it has", async () => {
  const jobs = new Randomising();
  const tokenized = new Map([
    ["eng_Latn", language(1000, 101)],
    ["fra_Latn", language(5, 11)],
  ]);
  const halved = async () => expect.unreachable();
  const told = await randomiseDictionaries(configOf({ seed: 3 }), tokenized, jobs, halved);
  expect(told).toMatch(/random ones, .* on 77 counted tokens of the first texts/);
  const [request] = jobs.requests;
  expect(request).toMatchObject({ seed: 3, most: CALIBRATION_TOKENS / 2 });
  const [english, french] = (request?.languages ?? []).map(({ shards }) =>
    shards.flatMap(({ texts }) => texts).sort((a, b) => a - b),
  );
  // 82 texts of 100 counted tokens are the first to have 8192.
  expect(english).toEqual([...Array(82).keys()]);
  expect(french).toEqual([0, 1, 2, 3, 4]);
});

test("where memory is short the batches are halved, from the budget of the config on", async () => {
  const jobs = new Randomising(2);
  const budgets: number[] = [];
  await randomiseDictionaries(
    configOf({ batch_tokens: 400 }),
    new Map([["eng_Latn", language(8, 50)]]),
    jobs,
    async (budget) => void budgets.push(budget),
  );
  expect(budgets).toEqual([200, 100]);
  expect(jobs.requests.map(({ languages: [first] }) => first?.shards.length)).toEqual([1, 2, 4]);
});
