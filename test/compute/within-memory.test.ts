import { expect, test } from "vitest";
import { withinMemory } from "../../src/compute/within-memory.js";
import { VscoreError } from "../../src/errors.js";
import { rejectionOf } from "../fixtures/failure.js";

const outOfMemory = () =>
  new VscoreError("environment", "out of memory", { engineKind: "out_of_memory" });

/** Work that needs a budget of at most `limit`. */
function trial(limit: number) {
  const tried: number[] = [];
  const halved: number[] = [];
  const run = (budget: number, lengths: number[]) =>
    withinMemory(
      budget,
      lengths,
      async (left) => void halved.push(left),
      async (left) => {
        tried.push(left);
        if (left > limit) throw outOfMemory();
        return "done";
      },
    );
  return { run, tried, halved };
}

test("work that fits is done once, with the budget it was given", async () => {
  const { run, tried, halved } = trial(100);
  expect(await run(64, [3, 9])).toEqual({ result: "done", budget: 64 });
  expect([tried, halved]).toEqual([[64], []]);
});

test("out of memory, the budget is halved until it holds, and told each time", async () => {
  const { run, tried, halved } = trial(20);
  expect(await run(100, [3, 9])).toEqual({ result: "done", budget: 12 });
  expect([tried, halved]).toEqual([
    [100, 50, 25, 12],
    [50, 25, 12],
  ]);
});

test("below the longest text there is nothing left to try", async () => {
  const { run, tried } = trial(5);
  const error = await rejectionOf(run(30, [3, 9]));
  expect(error.message).toContain(
    "too little memory for one text alone (the longest has 9 tokens)",
  );
  expect(error.exitCode).toBe(3);
  expect(tried).toEqual([30, 15, 9]);
});

test("any other failure passes at once", async () => {
  const failing = withinMemory(
    8,
    [1],
    async () => undefined,
    async () => {
      throw new VscoreError("bug", "NaN", { engineKind: "nan" });
    },
  );
  expect((await rejectionOf(failing)).message).toBe("NaN");
});
