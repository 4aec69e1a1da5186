import { expect, test } from "vitest";
import { likelyHook } from "../../src/fidelity/likely-hook.js";
import { RebuildingJobs } from "../fixtures/rebuilding-jobs.js";

const shards = [
  { shard: 0, texts: [0, 1] },
  { shard: 1, texts: [2] },
];
const request = { language: "eng_Latn", layer: 3, shards, reach: null };

test.each<[string, Record<string, number>, string, string | null]>([
  ["the best is told", { a: 3, b: 0.2, c: 0.4 }, "module of a", "b"],
  ["none where no tensor is rebuilt", { a: 3, b: 1.5 }, "module of a", null],
  ["none where it is the one that is read", { a: 0.1, b: 0.2 }, "module of a", null],
  [
    "a block's output before others that are as good",
    { a: 3, b: 0.2, "blocks.1.hook_resid_post": 0.22 },
    "module of a",
    "blocks.1.hook_resid_post",
  ],
  ["but not before better ones", { a: 3, b: 0.2, "x.hook_resid_post": 0.3 }, "module of a", "b"],
  ["none where it is hardly better", { a: 0.24, b: 0.2 }, "module of a", null],
  ["the best, where what is read was not tried", { b: 0.2 }, "module of a", "b"],
  ["none where there is nothing to try", {}, "module of a", null],
])("%s", async (_, hooks, reads, expected) => {
  const jobs = new RebuildingJobs({ layers: [], left: {}, hooks });
  const found = await likelyHook(jobs, reads, request);
  expect(found?.name ?? null).toBe(expected);
  if (found?.name === "b") expect(found.fvu).toBeCloseTo(0.1, 12);
});
