import { describe, expect, test } from "vitest";
import { OpenPart, textsOfPart } from "../../src/compute/open-part.js";
import type { RunParts } from "../../src/compute/open-run.js";
import { PhaseClock } from "../../src/compute/phase-clock.js";
import { ProgressMeter } from "../../src/compute/progress-meter.js";
import { mergeSums } from "../../src/merge/merged-sums.js";
import type { Part } from "../../src/parts.js";
import { storedEvents } from "../../src/runs/events.js";
import type { RunNews } from "../../src/runs/meta.js";
import { type PartFacts, readPart } from "../../src/runs/part-file.js";
import type { PartSums } from "../../src/runs/part-sums-file.js";
import { RunStore } from "../../src/runs/store.js";
import { rejectionOf } from "../fixtures/failure.js";
import { FakeJobs, outOfMemory } from "../fixtures/fake-jobs.js";
import { frameOf, token } from "../fixtures/frames.js";
import { loadedOf } from "../fixtures/loaded.js";
import { configOf } from "../fixtures/runs.js";
import { sumsOf } from "../fixtures/sums.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const LENGTHS = { eng_Latn: [3, 2, 4], spa_Latn: [2] };
const textsIn = (language: string) =>
  LENGTHS[language as keyof typeof LENGTHS].map((length, text) =>
    Array.from({ length }, (_, place) => token(place === 0 ? 1 : 0, [text, place + 0.5])),
  );
// Batches of up to 4 tokens: eng {1}, {0}, {2}; spa {0}.
const config = () => configOf({ batch_tokens: 4, out_dir: at("run") });
const tokenized = new Map(
  Object.entries(LENGTHS).map(([language, lengths]) => [
    language,
    {
      tokens: Uint32Array.from(lengths),
      counted: Uint32Array.from(lengths, (length) => length - 1),
      truncated: 0,
    },
  ]),
);
const languages = new Map(
  Object.entries(LENGTHS).map(([language, lengths]) => [
    language,
    lengths.map((_, text) => ({ id: `${text}`, text: `${language} ${text}` })),
  ]),
);

/** @param most tokens of a batch that the device has memory for */
const jobsWith = (most = 100) =>
  new FakeJobs({
    *extract({ language, shards, layers }) {
      for (const { shard, texts } of shards) {
        const all = textsIn(language);
        const longest = Math.max(...texts.map((text) => all[text]?.length ?? 0));
        if (longest * texts.length > most) throw outOfMemory();
        for (const layer of layers)
          yield frameOf(
            texts.map((text) => ({ text, tokens: all[text] ?? [] })),
            { layer, shard, language },
          );
      }
    },
  });

/** Computes a part, with an engine that is no engine. */
async function computed(
  shard: Part,
  {
    jobs = jobsWith(),
    resumed = false,
    budget = 4,
    workers = 0,
    versions = {} as Record<string, string>,
  } = {},
) {
  const asked = { ...config(), batch_tokens: budget };
  const folder = at(`run.${shard.part}`);
  const store = await (resumed
    ? RunStore.resume(folder)
    : RunStore.create(folder, asked, "free", shard));
  const news: RunNews[] = [];
  const onNews = (each: RunNews) => void news.push(each);
  const parts: RunParts = {
    ...{ config: asked, store, jobs, tokenized, onNews, meter: new ProgressMeter(onNews) },
    loaded: loadedOf({ versions: { torch: "2.9.0", ...versions } }),
    gathered: { languages, revision: "r1", sharesIds: true, warnings: ["few texts"] },
    read: { languages, lettersChanged: null, wordsMoved: null },
    ...{
      checked: null,
      precision: null,
      cluster:
        workers === 0 ? null : { ray: "2", workers, nodes: 1, gpus_per_worker: 0, threads: 1 },
      started: new Date(),
      startedAt: 0,
      clock: new PhaseClock(0),
    },
  };
  try {
    const texts = textsOfPart(shard, tokenized, asked);
    await new OpenPart(parts, shard, texts).completePart(resumed);
  } finally {
    await store.release();
  }
  const sums = (language: string) => store.readPartSums(language) as PartSums;
  return { folder, sums, news, facts: readPart(folder).finished as PartFacts };
}

describe("a part of a run", () => {
  test("reads its own texts alone, counts them, and leaves what the run needs to know of them", async () => {
    const jobs = jobsWith();
    const { facts, sums, folder } = await computed({ part: 1, of: 2 }, { jobs });
    // Costs 4, 3, 2, 2: the first part has eng {2} and spa {0}, the second eng {0} and {1}.
    expect(jobs.asked.map(({ language, shards }) => [language, shards])).toEqual([
      ["eng_Latn", [{ shard: 0, texts: [2] }]],
      ["spa_Latn", [{ shard: 0, texts: [0] }]],
    ]);
    expect(facts).toMatchObject({
      ...{ languages: ["eng_Latn", "spa_Latn"], texts: 2, tokens: 6, batch_tokens: 4 },
      ...{ corpus_revision: "r1", shares_ids: true, resumed: 0, warnings: ["few texts"] },
    });
    expect(Object.keys(facts.provenance)).toEqual(["eng_Latn", "spa_Latn"]);
    expect(facts.provenance.eng_Latn).toEqual(sums("eng_Latn").provenance);
    expect(sums("eng_Latn")).toMatchObject({
      ...{ own: Uint32Array.of(2), counted: Uint32Array.of(3), tokens: Uint32Array.of(3, 2, 4) },
    });
    const events = storedEvents(folder);
    expect(events.find(({ type }) => type === "planned")).toMatchObject({
      ...{ languages: 2, texts: 2, tokens: 6 },
    });
    expect(events.at(-1)?.type).toBe("finished");
  });

  test("knows of languages of which it has no text; with the others' it is the whole", async () => {
    const parts = [await computed({ part: 1, of: 2 }), await computed({ part: 2, of: 2 })];
    expect(parts[1]?.facts.languages).toEqual(["eng_Latn"]);
    expect(parts[1]?.facts.provenance).toEqual(parts[0]?.facts.provenance);
    const [one, other] = parts.map(({ sums }, index) => ({
      part: { part: index + 1, of: 2 },
      sums: sums("eng_Latn"),
    }));
    if (one === undefined || other === undefined) throw new Error("there are two");
    const merged = mergeSums([other, one]);
    expect(merged.layers.get(1)).toEqual(sumsOf(textsIn("eng_Latn"), 6).sums);
    expect([...merged.counted]).toEqual([2, 1, 3]);
  });

  test("tells workers what comes next, but for what is there; this machine alone needs not know", async () => {
    const jobs = jobsWith();
    await computed({ part: 1, of: 2 }, { jobs, workers: 2 });
    expect(jobs.asked.map(({ ahead }) => ahead)).toEqual([
      [{ language: "spa_Latn", shard: 0, texts: [0] }],
      [],
    ]);
    const alone = jobsWith();
    await computed({ part: 2, of: 2 }, { jobs: alone });
    expect(alone.asked.map(({ ahead }) => ahead)).toEqual([[]]);
  });

  test("that goes on keeps the languages that it has", async () => {
    const { folder, sums } = await computed({ part: 1, of: 2 });
    const before = sums("eng_Latn");
    const jobs = jobsWith();
    const again = await computed({ part: 1, of: 2 }, { jobs, resumed: true });
    expect(jobs.asked).toEqual([]);
    expect(again.sums("eng_Latn")).toEqual(before);
    expect(again.facts.resumed).toBe(1);
    expect(storedEvents(folder).filter((event) => "kept" in event && event.kept)).toHaveLength(2);
  });

  test("that goes on with another version is refused: its texts would not be alike", async () => {
    await computed({ part: 1, of: 2 });
    const error = await rejectionOf(
      computed({ part: 1, of: 2 }, { resumed: true, versions: { torch: "2.10.0" } }),
    );
    expect(error.message).toContain("were made with torch 2.9.0, now it is 2.10.0");
  });

  test("out of memory, halves its batches and says with which it was made", async () => {
    const { facts, sums } = await computed({ part: 1, of: 1 }, { jobs: jobsWith(4), budget: 12 });
    expect(facts.batch_tokens).toBe(4);
    expect(facts.warnings).toContain("out of memory: the token budget of a batch is now 4");
    expect([...sums("eng_Latn").own]).toEqual([0, 1, 2]);
  });

  test("of more parts than batches there is none", () => {
    expect(() => textsOfPart({ part: 1, of: 5 }, tokenized, config())).toThrow(
      "found 5 parts, but the run has 4 batches",
    );
  });
});
