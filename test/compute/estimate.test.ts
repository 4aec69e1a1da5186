import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
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
  // 36 bytes of scores and statistics each, and 1000 texts × 6 layers of a thousand sums, of one language twice.
  expect(disk_bytes).toBe(16384 * 6 * 10 * 36 + 1.1 * 1000 * 6 * 1000 * 20);
});

test("the disk of the demo is within a factor of two of that of its run", () => {
  const { disk_bytes } = estimate({ model: "demo", n_texts_per_lang: -1 });
  const folder = "v_score_runs/demo";
  const real = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(safetensors|pt)$/.test(entry.name))
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  expect((disk_bytes as number) / real).toBeGreaterThan(0.5);
  expect((disk_bytes as number) / real).toBeLessThan(2);
});

test("what is not known is said to be unknown, and what is known counted all the same", () => {
  const all = estimate({ model: "qwen3-0.6b", n_texts_per_lang: -1 });
  expect(all).toMatchObject({ texts: 9970, disk_bytes: null, memory_bytes: null });
  expect(all.counts_dictionaries).toBe(false);
  expect(estimateText(all).disk).toContain("known once");
  expect(estimateText(all).device).toMatch(
    /^at least .* \(the widths of its dictionaries are not known\)$/,
  );
  expect(estimateText(all).work).toMatch(/^at least /);
  const { device, work } = estimateText({ ...all, device_bytes: null, operations: null });
  expect([device, work]).toEqual(Array(2).fill("known once the model is loaded"));
  const known = {
    ...{ texts: 1, tokens: 36_367, disk_bytes: 68e6, memory_bytes: 1.2e9 },
    ...{ device_bytes: { cuda: 8e9, cpu: 14e9 }, operations: 3.6e14, counts_dictionaries: true },
  };
  expect(estimateText(known)).toEqual({
    tokens: "about 36 000",
    disk: "about 68.0 MB",
    memory: "about 1.2 GB",
    device: "about 8.0 GB on CUDA, 14.0 GB on a CPU",
    work: "about 360 TFLOP: 60 min at 100 GFLOP/s, as a few CPU cores do, 18 s at 20 TFLOP/s, as a data-centre GPU does; and the start and the tests",
  });
  expect(estimateText(known, "cuda:1").device).toBe("about 8.0 GB");
  expect(estimateText(known, "cpu").device).toBe("about 14.0 GB");
});

test("the device holds the model in its format, and dictionaries, a block and a batch in float32", () => {
  const narrow = estimate({ model: "gemma-2b" });
  const { cuda = 0, cpu = 0 } = narrow.device_bytes ?? {};
  // 2.6 G weights of 2 or 4 bytes; encoders and decoders of 6 × 16,384 × 2,304.
  expect(cuda).toBeGreaterThan(2 * 2.61e9 + 8 * 6 * 16384 * 2304);
  expect(cuda).toBeLessThan(10e9);
  expect(cpu).toBeGreaterThan(4 * 2.61e9);
  const sae_id_template = "layer_{layer}/width_1m/average_l0_107";
  const wide = estimate({ model: "gemma-2b", layers: [5], sae_id_template });
  expect(wide.device_bytes?.cuda as number).toBeGreaterThan(8 * 2 ** 20 * 2304);
  // Six of 26 blocks are run.
  const of = (layers: number[]) => estimate({ model: "gemma-2b", layers }).operations as number;
  expect(of([5]) / of([25])).toBeLessThan(0.3);
});

test("all languages of FLORES+ take less memory than 2 GB, beside the model, however many layers", () => {
  const few = estimate({ model: "gemma-2b", languages: ["atlas"], layers: [2] });
  const many = estimate({ model: "gemma-2b", languages: ["atlas"], layers: [2, 5, 10] });
  expect(few.texts).toBe(23_000);
  expect(few.memory_bytes as number).toBeLessThan(2e9);
  expect(many.memory_bytes).toBe(few.memory_bytes);
});
