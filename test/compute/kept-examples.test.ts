import { expect, test } from "vitest";
import { collectExamples } from "../../src/compute/collect-examples.js";
import { keptExamples } from "../../src/compute/kept-examples.js";
import { chooseExamples } from "../../src/reduce/examples.js";
import { StrongestTexts } from "../../src/reduce/strongest-texts.js";
import { FakeJobs } from "../fixtures/fake-jobs.js";
import { frameOf, type Spelled, spelled, spelledFrame } from "../fixtures/frames.js";
import { configOf } from "../fixtures/runs.js";
import { languageSums } from "../fixtures/sums.js";

const TEXTS: Record<string, { text: string; tokens: Spelled[] }[]> = {
  eng_Latn: [
    { text: "no", tokens: [spelled(0, 0, "<bos>"), spelled(0, 2, "no")] },
    {
      text: "a big cat",
      tokens: [
        spelled(0, 0, "<bos>"),
        spelled(0, 1, "a", 0.5),
        spelled(1, 5, "▁big", 1.234567),
        spelled(5, 9, "▁cat"),
      ],
    },
  ],
  spa_Latn: [
    {
      text: "né",
      tokens: [spelled(0, 0, "<bos>", 9), spelled(0, 1, "n", 1.5), spelled(1, 2, "?", 1)],
    },
  ],
};
const config = configOf();
const sums = Object.entries(TEXTS).map(([language, texts]) =>
  languageSums(language, { 1: texts.map(({ tokens }) => tokens) }, 1),
);
const corpus = new Map(
  Object.entries(TEXTS).map(([language, texts]) => [
    language,
    texts.map(({ text }, at) => ({ id: `t${at}`, text })),
  ]),
);
const choices = chooseExamples(1, [0], sums);
const jobs = new FakeJobs({
  extract: ({ language, shards }) =>
    shards.map(({ texts }) =>
      spelledFrame(texts.map((text) => ({ text, tokens: TEXTS[language]?.[text]?.tokens ?? [] }))),
    ),
  spell: (language, text) => TEXTS[language]?.[text]?.tokens ?? [],
});

const strongestOf = ({ language }: { language: string }) => {
  const layer = new StrongestTexts(1, config);
  layer.add(frameOf((TEXTS[language] ?? []).map(({ tokens }, text) => ({ text, tokens }))));
  return [new Map(), new Map([[1, layer.finish()]])];
};

test("what was kept shows the same as reading the texts once more", async () => {
  const kept = await keptExamples(config, choices, sums, corpus, jobs, strongestOf);
  const memory = { budget: 4096, onHalved: async () => undefined };
  expect(kept).toEqual(await collectExamples(config, choices, sums, corpus, jobs, memory));
  expect(kept.features[0]?.contexts).toMatchObject([
    { language: "spa_Latn", pieces: ["<bos>", "n", "é"], activations: [null, 1.5, 1] },
    {
      language: "eng_Latn",
      pieces: ["<bos>", "a", " big", " cat"],
      activations: [null, 0.5, 1.2346, 0],
    },
  ]);
});

test.each([
  ["feature", [new Map([[1, new StrongestTexts(1, config).finish()]])]],
  ["layer", [new Map()]],
  ["part", []],
])("a %s that was not kept is an error, not an empty example", async (_, kept) => {
  const examples = keptExamples(config, choices, sums.slice(1), corpus, jobs, () => kept);
  await expect(examples).rejects.toThrow(
    "text 0 of spa_Latn was not kept for feature 0 of layer 1",
  );
});
