import { expect, test } from "vitest";
import { codeSwitch } from "../../../src/experiments/code-switching/code-switch.js";
import { readMarkedText } from "../../../src/experiments/code-switching/marked-text.js";
import { nounPlace, type SwitchRow } from "../../../src/experiments/code-switching/rows.js";
import { FakeJobs } from "../../fixtures/fake-jobs.js";
import { spelled, spelledFrame } from "../../fixtures/frames.js";
import { loadedOf } from "../../fixtures/loaded.js";
import { metaOf, runOf, writeRun } from "../../fixtures/runs.js";
import { useTempFolder } from "../../fixtures/temp-folder.js";

const at = useTempFolder();

/** Feature 1 is English, feature 0 Spanish. */
function written() {
  const run = runOf(
    metaOf({ n_texts_per_lang: 100, dictionaries: loadedOf().dictionaries, model_revision: "abc" }),
    {
      1: [
        [-1, 2],
        [3, -2],
      ],
    },
  );
  writeRun(at("tiny"), run);
  return run;
}

const rowOf = (line: number, prefix: string, noun: string, ...languages: string[]): SwitchRow => ({
  line,
  sentence: prefix + noun,
  ...(nounPlace(prefix + noun, prefix) as { noun: string; start: number; end: number }),
  prefix_language: languages[0] as string,
  noun_language: languages[1] as string,
});

/** A token a character; on each, feature 0 fires with the number of characters before it. */
const byCharacter = (texts: readonly string[]) =>
  new FakeJobs({
    load: loadedOf({ model: { ...loadedOf().model, revision: "abc" } }),
    extract: ({ shards }) =>
      shards.map((shard) =>
        spelledFrame(
          shard.texts.map((text) => ({
            text,
            tokens: Array.from(texts[text] ?? "", (_, place) =>
              spelled(place, place + 1, "?", place),
            ),
          })),
        ),
      ),
  });

test("rows go through the model once, sentences and nouns each once, and come back with what was read", async () => {
  const rows = [
    rowOf(1, "un ", "gato", "spa_Latn", "spa_Latn"),
    rowOf(2, "un ", "cat", "spa_Latn", "eng_Latn"),
    rowOf(3, "a ", "cat", "eng_Latn", "eng_Latn"),
  ];
  const texts = ["un gato", "gato", "un cat", "cat", "a cat"];
  const jobs = byCharacter(texts);
  const data = { source: "file", sha256: "0", rows, left_out: [] };
  const found = await codeSwitch(written(), data, jobs, () => undefined);
  expect(jobs.asked[0]?.shards.flatMap(({ texts }) => texts).sort()).toEqual([0, 1, 2, 3, 4]);
  expect(found.result.features).toEqual({ eng_Latn: [1], spa_Latn: [0] });
  expect(found.rows.map(({ prefix_feature }) => prefix_feature)).toEqual([[4.5], [4], [0]]);
  expect(found.rows[1]).toMatchObject({
    ...{ tokens: 3, tokens_alone: 3, straddling: 0 },
    ...{ prefix_feature_alone: [1], noun_feature: [0] },
  });
  const spanish = found.result.own_feature.find(({ language }) => language === "spa_Latn");
  expect(spanish).toMatchObject({ own: [4.5], foreign: [4], foreign_alone: [1], own_alone: [1.5] });
  expect(found.result.data).toMatchObject({ rows: 3, left_out: [] });
});

test("rows without a token of their own are left out and told; equal spellings are told", async () => {
  const rows = [
    rowOf(7, "un ", "no", "spa_Latn", "spa_Latn"),
    rowOf(8, "un ", "no", "spa_Latn", "eng_Latn"),
  ];
  const jobs = byCharacter(["un no", "no"]);
  const data = { source: "file", sha256: "0", rows, left_out: [] };
  const { result } = await codeSwitch(written(), data, jobs, () => undefined);
  expect(result.warnings).toEqual([
    "in 1 of 2 rows, the foreign noun is spelt as the prefix's language spells it",
    "no sentence has both prefix and noun in eng_Latn: own own is – there",
  ]);
  const silent = await codeSwitch(written(), data, byCharacter([]), () => undefined);
  expect(silent.result.data.left_out).toEqual([
    { why: "no token that counts lies within its noun alone", lines: [7, 8] },
  ]);
});

test("a marked text: every language's best feature on the word, in the text and alone", async () => {
  const jobs = byCharacter(["un cat", "cat"]);
  const result = await readMarkedText(written(), "un [[cat]]", jobs, () => undefined);
  expect(result.words).toEqual([
    {
      ...{ word: "cat", start: 3, end: 6, tokens: 3, straddling: 0, tokens_alone: 3 },
      layers: [
        {
          layer: 1,
          languages: [
            { language: "eng_Latn", feature: 1, in_text: 0, alone: 0 },
            { language: "spa_Latn", feature: 0, in_text: 4, alone: 1 },
          ],
        },
      ],
    },
  ]);
});
