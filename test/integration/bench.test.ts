import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { largestDifference, prepare, runLoop, runVscore } from "../bench/compute-bench.js";
import { useSharedTempFolder } from "../fixtures/temp-folder.js";

const folder = useSharedTempFolder();
const size = {
  ...{ layers: 3, width: 64, vocabulary: 5000, features: 5000, l0: 20, read: [0, 2] },
  ...{ corpus: "udhr" as const, languages: ["eng_Latn", "jpn_Jpan", "tha_Thai"], texts: 3 },
};

it("the loops of the benchmark and vscore find the same means, and say where their time goes", async () => {
  const bench = prepare(folder(), size);
  const run = join(folder(), "run");
  const [vscore, seed, floor] = await Promise.all([
    runVscore(bench, run),
    runLoop("seed", bench, join(folder(), "seed.safetensors")),
    runLoop("floor", bench, join(folder(), "floor.safetensors")),
  ]);
  expect(largestDifference(join(folder(), "seed.safetensors"), run, size)).toBeLessThan(1e-5);
  expect(largestDifference(join(folder(), "floor.safetensors"), run, size)).toBeLessThan(1e-5);
  expect(vscore.tokens).toBe(floor.tokens);
  expect(seed.tokens).toBe(floor.tokens);
  for (const { seconds, steady, whole } of [vscore, seed, floor]) {
    expect(steady).toBeGreaterThan(0);
    expect(seconds.model).toBeGreaterThan(0);
    expect(seconds.encode).toBeGreaterThan(0);
    expect(whole).toBeGreaterThan(steady);
  }
  // Something fires, or the means would agree about nothing.
  const { tokens_counted } = JSON.parse(readFileSync(join(run, "meta.json"), "utf8"));
  expect(Object.values(tokens_counted).every((n) => (n as number) > 100)).toBe(true);
});
