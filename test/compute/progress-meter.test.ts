import { expect, test } from "vitest";
import { ProgressMeter } from "../../src/compute/progress-meter.js";
import type { WorkerNews } from "../../src/engine/job-results.js";
import type { RunNews } from "../../src/runs/meta.js";

/** A meter over 10 texts of 100 tokens in all, with a clock that is set by hand. */
function metered() {
  const news: RunNews[] = [];
  const stored: RunNews[] = [];
  const clock = { now: 5000 };
  const meter = new ProgressMeter(
    (each) => news.push(each),
    () => clock.now,
  );
  meter.begin(10, 100, async (each) => void stored.push(each));
  return { meter, news, stored, clock };
}

test("speed and time left follow from the tokens that were worked, not from those that were kept", () => {
  const { meter, news, clock } = metered();
  clock.now += 1000;
  meter.advance(4, 40, { kept: true });
  meter.beginLanguage("spa_Latn");
  clock.now += 1000;
  meter.advance(2, 20, { kept: false });
  expect(news[0]).toMatchObject({ tokens_done: 40, tokens_per_s: 0, eta_s: null });
  expect(news[1]).toEqual({
    type: "progress",
    language: "spa_Latn",
    texts_done: 6,
    texts: 10,
    tokens_done: 60,
    tokens: 100,
    tokens_per_s: 10,
    eta_s: 4,
    device_memory_bytes: null,
  });
});

test("a language that begins again is counted anew, others stay counted", () => {
  const { meter, news, clock } = metered();
  meter.beginLanguage("eng_Latn");
  meter.advance(5, 50, { kept: false });
  meter.beginLanguage("spa_Latn");
  meter.advance(2, 20, { kept: false });
  meter.restartLanguage();
  clock.now += 1000;
  meter.advance(1, 10, { kept: false });
  expect(news.at(-1)).toMatchObject({ texts_done: 6, tokens_done: 60 });
});

test("all news are told, at most one a second is stored", async () => {
  const { meter, news, stored, clock } = metered();
  for (const pause of [0, 400, 700]) {
    clock.now += pause;
    meter.advance(1, 10, { kept: false });
  }
  await meter.settle();
  expect(news).toHaveLength(3);
  expect(stored).toEqual([news[0], news[2]]);
});

test("a storing that fails is told when it is waited for", async () => {
  const meter = new ProgressMeter(
    () => undefined,
    () => 5000,
  );
  meter.begin(1, 1, async () => {
    throw new Error("disk full");
  });
  meter.advance(1, 1, { kept: false });
  await expect(meter.settle()).rejects.toThrow("disk full");
});

test("news of workers are told and stored, whatever the clock says", async () => {
  const { meter, news, stored } = metered();
  const worker = "worker 2 (n1, process 7)";
  const all: WorkerNews[] = [
    { type: "worker_lost", worker, reason: "killed", doing: "" },
    { type: "worker_lost", worker, reason: "killed", doing: "batch 3 of eng_Latn (2 texts)" },
    { type: "worker_joined", worker: "worker 3 (n1, process 8)" },
  ];
  for (const each of all) meter.workerNews(each);
  await meter.settle();
  expect(news).toEqual(all);
  expect(stored).toEqual(news);
});

test("waiting for workers is told at any time, also long after loading", () => {
  const { meter, news } = metered();
  const progress = { done: 1, total: 4, device_memory_bytes: null };
  meter.engineProgress({ phase: "Ray's workers", ...progress });
  meter.engineProgress({ phase: "dictionaries", ...progress });
  expect(news).toEqual([{ type: "phase", phase: "waiting for Ray's workers (1 of 4)" }]);
});

test("while the engine loads, its progress is a phase", () => {
  const news: RunNews[] = [];
  const meter = new ProgressMeter((each) => news.push(each));
  meter.engineProgress({ phase: "model", done: 0, total: 1, device_memory_bytes: null });
  meter.engineProgress({ phase: "dictionaries", done: 2, total: 6, device_memory_bytes: 7 });
  expect(news).toEqual([
    { type: "phase", phase: "loading model" },
    { type: "phase", phase: "loading dictionaries (2 of 6)" },
  ]);
});
