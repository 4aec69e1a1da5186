import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import {
  type ExperimentNews,
  type Measurement,
  measureLanguages,
} from "../../../src/experiments/ablation/measure.js";
import { LongExperiment } from "../../../src/runs/experiments.js";
import { rejectionOf } from "../../fixtures/failure.js";
import { FakeJobs } from "../../fixtures/fake-jobs.js";
import { metaOf, runOf, writeRun } from "../../fixtures/runs.js";
import { useTempFolder } from "../../fixtures/temp-folder.js";

const at = useTempFolder();
beforeEach(() => writeRun(at("run"), runOf(metaOf(), {})));
const HOW = { projection: "span", hook: "metadata", budget: 6 } as const;

const plan: Measurement = {
  languages: [
    { language: "eng_Latn", ids: ["a#1", "b#1", "a#2"], documents: ["a", "b", "a"] },
    { language: "spa_Latn", ids: ["b#1", "c#1"], documents: ["b", "c"] },
  ],
  lengths: new Map([
    ["eng_Latn", [3, 2, 3]],
    ["spa_Latn", [6, 2]],
  ]),
  planOf: (language) => [
    { layer: 1, distinct: [[0], [1]] },
    { layer: 2, distinct: language === "eng_Latn" ? [[0], [1], [0, 1]] : [[5]] },
  ],
};

/** Answers with a loss for each set that is its number, and counts how often the model is run on a batch. */
function counting(predicted = 1) {
  const passes = { count: 0 };
  const jobs = new FakeJobs({
    ablate: ({ shards, sets }) =>
      shards.map(({ texts }) => {
        passes.count += sets.length;
        return {
          text: Uint32Array.from(texts),
          tokens: new Uint32Array(texts.length).fill(predicted),
          loss: Float64Array.from(sets.flatMap((_, set) => texts.map(() => set + 1))),
        };
      }),
  });
  return { jobs, passes };
}

async function measure(jobs: FakeJobs) {
  const news: ExperimentNews[] = [];
  const experiment = await LongExperiment.begin(at("run"), "ablate", { some: "request" });
  try {
    const found = await measureLanguages(plan, HOW, experiment, jobs, (each) => news.push(each));
    return { ...found, news, folder: experiment.folder };
  } finally {
    await experiment.release();
  }
}

test("the plan tells every pass beforehand: each batch once as the model is, and once under each set", async () => {
  const { jobs, passes } = counting();
  const { news, measured } = await measure(jobs);
  // English: 3 texts in batches of 3 + 2 tokens and 3 more; Spanish: 2 and 6.
  expect(news[0]).toEqual({ type: "plan", passes: 2 * 6 + 2 * 4, batches: 4 });
  expect(passes.count).toBe(20);
  expect(news.at(-1)).toMatchObject({ type: "texts", done: 3 * 6 + 2 * 4, total: 26 });
  expect(measured[1]?.layers.get(2)?.loss).toEqual([Float64Array.of(1, 1)]);
});

test("documents are the units, and translations share theirs", async () => {
  const { units, measured } = await measure(counting().jobs);
  expect(units).toBe(3);
  expect(measured.map(({ unitOf }) => unitOf)).toEqual([
    [0, 1, 0],
    [1, 2],
  ]);
});

test("parts that are there are not read again, and give the same", async () => {
  const first = await measure(counting().jobs);
  expect(existsSync(join(first.folder, "parts"))).toBe(true);
  const { jobs, passes } = counting();
  const second = await measure(jobs);
  expect(passes.count).toBe(0);
  expect(second.folder).toBe(first.folder);
  expect(second.measured).toEqual(first.measured);
});

test("a damaged part is measured anew", async () => {
  const first = await measure(counting().jobs);
  writeFileSync(join(first.folder, "parts", "spa_Latn-layer-1-0.safetensors"), "half");
  const { jobs, passes } = counting();
  expect((await measure(jobs)).measured).toEqual(first.measured);
  expect(passes.count).toBe(2 * 2);
});

test("a text in which nothing is predicted is refused by its id", async () => {
  const error = await rejectionOf(measure(counting(0).jobs));
  expect(error.exitCode).toBe(2);
  expect(error.message).toContain("The text a#1 of eng_Latn is of special tokens alone");
});

test("a few sets are a part: what is read in several is the same as in one", async () => {
  const many = Array.from({ length: 11 }, (_, feature) => [feature]);
  const { jobs, passes } = counting();
  const experiment = await LongExperiment.begin(at("run"), "ablate", { many: true });
  const { measured } = await measureLanguages(
    { ...plan, planOf: () => [{ layer: 1, distinct: many }] },
    HOW,
    experiment,
    jobs,
    () => undefined,
  );
  expect(passes.count).toBe(4 * 12);
  expect(measured[0]?.layers.get(1)?.loss).toHaveLength(11);
  expect(readdirSync(join(experiment.folder, "parts")).sort()).toEqual(
    ["eng_Latn", "spa_Latn"].flatMap((code) =>
      ["baseline", "layer-1-0", "layer-1-1"].map((name) => `${code}-${name}.safetensors`),
    ),
  );
  await experiment.release();
});
