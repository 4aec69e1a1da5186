import { writeFileSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { VscoreError } from "../../src/errors.js";
import { ExploredText, ExploreReady } from "../../src/explore/explored-text.js";
import { Explorer, isOfTheText } from "../../src/explore/explorer.js";
import type { FinishedRun } from "../../src/runs/read.js";
import { FakeJobs, outOfMemory } from "../fixtures/fake-jobs.js";
import { spelled, spelledFrame } from "../fixtures/frames.js";
import { loadedOf } from "../fixtures/loaded.js";
import { configOf, metaOf, runOf, writeRun } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const loaded = loadedOf();

/** A run over one layer and two features: feature 0 is English, feature 1 Spanish. */
function written(): FinishedRun {
  const [config, scores] = [
    { n_texts_per_lang: 100 },
    [
      [2, -2],
      [-2, 2],
    ],
  ];
  const meta = metaOf({ ...config, dictionaries: loaded.dictionaries, model_revision: "abc" });
  const run = runOf(
    meta,
    { 1: scores },
    {
      1: [
        [4, 0],
        [2, 2],
      ],
    },
  );
  writeRun(at("tiny"), run);
  return run;
}

const dictionary = (d_sae: number) =>
  loadedOf({ dictionaries: loaded.dictionaries.map((each) => ({ ...each, d_sae })) });

let run: FinishedRun;
beforeEach(() => {
  run = written();
});
const request = () => ({ run, layers: [1], topK: 5, among: 100 });
type Answers = ConstructorParameters<typeof FakeJobs>[0];

async function explorerOver(answers: Answers) {
  const jobs = new FakeJobs({ load: dictionary(2), ...answers });
  return { jobs, explorer: await Explorer.load(request(), jobs) };
}

const frame = spelledFrame([{ text: 0, tokens: [spelled(0, 0, "<bos>"), spelled(0, 2, "hi", 3)] }]);

test("a text goes through what the run was made with, and its language features are told", async () => {
  const { jobs, explorer } = await explorerOver({ extract: () => [frame] });
  const explored = await explorer.explore("hi");
  expect(ExploredText.parse(explored)).toEqual(explored);
  expect(explored).toMatchObject({
    ...{ run: "tiny", text: "hi", ranked_by: "v" },
    tokens: [
      { piece: "<bos>", counted: false, layers: [{ layer: 1, features: [], speaks_for: [] }] },
      {
        piece: "hi",
        layers: [
          {
            features: [{ feature: 0, activation: 3, language: "eng_Latn", rank: 1, v: 2 }],
            speaks_for: [{ language: "eng_Latn", share: 1 }],
          },
        ],
      },
    ],
    layers: [{ layer: 1, speaks_for: [{ language: "eng_Latn", share: 1 }] }],
    warnings: [],
  });
  expect(jobs.asked).toEqual([
    { language: "explore", layers: [1], shards: [{ shard: 0, texts: [0] }], tokens: true },
  ]);
});

test("one load serves all texts; what is ready is told with its facts", async () => {
  const { jobs, explorer } = await explorerOver({ extract: () => [frame] });
  await explorer.explore("hi");
  await explorer.explore("ho");
  expect(jobs.loading).toHaveLength(1);
  expect(jobs.loading[0]).toMatchObject({ model_id: "embedded:model", model_revision: null });
  expect(ExploreReady.parse(explorer.ready)).toEqual({
    run: "tiny",
    model_id: "embedded:model",
    device: "cpu",
    dtype: "float32",
    layers: [1],
    languages: ["eng_Latn", "spa_Latn"],
    warnings: [],
  });
});

test("a model from the Hub is asked for at the commit that the run was made with", async () => {
  const hub = {
    ...{ model: "custom", model_id: "tiny/model", sae_release: "tiny-saes" },
    ...{ sae_id_template: "layer_{layer}", model_revision: null, corpus: "udhr" },
  } as const;
  writeFileSync(at("tiny", "config.json"), JSON.stringify(configOf({ ...hub, out_dir: "x" })));
  run = { ...run, meta: { ...run.meta, ...hub, model_revision: "abc" } };
  const { jobs } = await explorerOver({});
  expect(jobs.loading[0]).toMatchObject({ model_id: "tiny/model", model_revision: "abc" });
});

test("a dictionary of another width is refused, one of another commit brings a warning", async () => {
  await expect(explorerOver({ load: dictionary(6) })).rejects.toThrow(
    "The dictionary of layer 1 has 6 features here, the run tiny ranked 2.",
  );
  const [told] = dictionary(2).dictionaries;
  const moved = loadedOf({
    dictionaries: [{ ...(told as NonNullable<typeof told>), revision: "new" }],
  });
  const { explorer } = await explorerOver({ load: moved, extract: () => [frame] });
  const { warnings } = await explorer.explore("hi");
  expect(warnings).toEqual([
    "the dictionary of layer 1 is new here, the run was made with def: activations may differ from the run's",
  ]);
});

test("a text that is cut, and one of which nothing counts, bring a warning", async () => {
  const bare = spelledFrame([{ text: 0, tokens: [spelled(0, 0, "<bos>")] }]);
  const { explorer } = await explorerOver({ truncated: [0], extract: () => [bare] });
  expect((await explorer.explore("hi")).warnings).toEqual([
    "the text is longer than the model's context and was cut to 32 tokens",
    "no token of the text counts under the run's rule (special tokens: drop, first position: drop)",
  ]);
});

test("an empty text and one that is too long fail alone; a Python that died ends it all", async () => {
  const { explorer } = await explorerOver({
    extract: () => {
      throw outOfMemory();
    },
  });
  const failure = (text: string) => explorer.explore(text).catch((error: unknown) => error);
  const [empty, long] = [await failure(""), await failure("long")];
  expect(empty).toMatchObject({ kind: "request", message: expect.stringContaining("is empty") });
  expect(long).toMatchObject({ message: expect.stringContaining("Give a shorter text") });
  expect([empty, long].map(isOfTheText)).toEqual([true, true]);
  const others = [new VscoreError("bug", "Python ended"), new Error("a gap")];
  const cancelled = new VscoreError("cancelled", "x", { engineKind: "cancelled" });
  expect([...others, cancelled].map(isOfTheText)).toEqual([false, false, false]);
});
