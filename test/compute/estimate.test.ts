import { expect, test } from "vitest";
import { estimateRun } from "../../src/compute/estimate.js";
import { checkCorpus } from "../../src/compute/gather-texts.js";
import { resolveConfig } from "../../src/config/resolve.js";
import { openRun } from "../../src/runs/read.js";
import { estimateText } from "../../src/views/amounts.js";

const estimate = (flags: object) => {
  const { config } = resolveConfig(flags);
  return estimateRun(config, checkCorpus(config, false));
};

test("tokens of the demo are within a factor of two of those of its run", () => {
  const { texts, tokens } = estimate({ model: "demo", n_texts_per_lang: -1 });
  const real = Object.values(openRun("v_score_runs/demo").meta.tokens).reduce((a, b) => a + b);
  expect(texts).toBe(492);
  expect((tokens as number) / real).toBeGreaterThan(0.5);
  expect((tokens as number) / real).toBeLessThan(2);
});

test("the disk follows from widths that are in the ids: 16k features × 10 languages × 6 layers", () => {
  const { disk_bytes } = estimate({ model: "gemma-2b" });
  // 36 bytes of scores and statistics each, and 1000 texts × 6 layers of sums.
  expect(disk_bytes).toBe(16384 * 6 * 10 * 36 + 1000 * 6 * 5500);
});

test("what is not known is said to be unknown", () => {
  const all = estimate({ model: "qwen3-0.6b", n_texts_per_lang: -1 });
  expect(all).toEqual({ texts: null, tokens: null, disk_bytes: null, memory_bytes: null });
  expect(estimateText(all).disk).toContain("known once");
  expect(estimateText({ texts: 1, tokens: 36_367, disk_bytes: 68e6, memory_bytes: 1.2e9 })).toEqual(
    {
      tokens: "about 36 000",
      disk: "about 68.0 MB",
      memory: "about 1.2 GB",
    },
  );
});

test("all languages of FLORES+ take less memory than 2 GB, beside the model, however many layers", () => {
  const few = estimate({ model: "gemma-2b", languages: ["atlas"], layers: [2] });
  const many = estimate({ model: "gemma-2b", languages: ["atlas"], layers: [2, 5, 10] });
  expect(few.texts).toBe(23_000);
  expect(few.memory_bytes as number).toBeLessThan(2e9);
  expect(many.memory_bytes).toBe(few.memory_bytes);
});
