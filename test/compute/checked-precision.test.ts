import { writeFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import {
  CHECKED_TOKENS,
  checkedPrecision,
  firstTexts,
  recordedPrecision,
} from "../../src/compute/checked-precision.js";
import type { RunConfig } from "../../src/config/schema.js";
import { storedEvents } from "../../src/runs/events.js";
import { FakeJobs, outOfMemory } from "../fixtures/fake-jobs.js";
import { frameOf, token } from "../fixtures/frames.js";
import { loadedOf } from "../fixtures/loaded.js";
import { configOf } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const CODES = ["eng_Latn", "tha_Thai"];
const tokenizedOf = (lengths: Record<string, number[]>) =>
  new Map(
    Object.entries(lengths).map(([language, own]) => {
      const tokens = Uint32Array.from(own);
      return [language, { tokens, counted: tokens.map((n) => Math.max(0, n - 1)), truncated: 0 }];
    }),
  );
const about = (changes: Partial<RunConfig> = {}, dtype = "bfloat16") => ({
  config: configOf({ languages: CODES, layers: [1], ...changes }),
  loaded: loadedOf({ dtype }),
  tokenized: tokenizedOf({ eng_Latn: [3, 3], tha_Thai: [4, 4] }),
  maxMemory: null,
});

/** A first position, and tokens on which features 0 and, more weakly, 1 fire; in float32 feature 0 fires by so much more. */
function jobsOf(more: number, setDtype: (dtype: string) => void = () => undefined, most = 99) {
  return new FakeJobs({
    setDtype,
    *extract({ language, shards, layers }, dtype) {
      const { tokens } = about().tokenized.get(language) as { tokens: Uint32Array };
      for (const { shard, texts } of shards) {
        if (dtype === "float32" && texts.length > most) throw outOfMemory();
        const value = 2 + (dtype === "float32" ? more : 0);
        const textOf = (text: number) => [
          token(1),
          ...Array.from({ length: (tokens[text] as number) - 1 }, () =>
            token(0, [0, value], [1, 1]),
          ),
        ];
        for (const layer of layers)
          yield frameOf(
            texts.map((text) => ({ text, tokens: textOf(text) })),
            { layer, shard, language },
          );
      }
    },
  });
}

const layersOf = (largest_difference: number) => [
  { layer: 1, largest_difference, top_50_overlap: 1 },
];

describe("a reduced precision", () => {
  it("that is enough is gone on with, and no word is lost on it", async () => {
    const jobs = jobsOf(0.0625);
    expect(await checkedPrecision(about(), null, jobs)).toEqual({
      precision: { dtype: "bfloat16", tokens: 14, layers: layersOf(0.0625 / 2.0625) },
      ...{ dtype: "bfloat16", warnings: [] },
    });
    expect(jobs.dtypes).toEqual(["float32", "bfloat16"]);
    expect(jobs.asked.map(({ language }) => language)).toEqual([...CODES, ...CODES]);
  });

  it("that is not gives way to float32 where none was asked for", async () => {
    const jobs = jobsOf(2);
    const found = await checkedPrecision(about({ dtype: "auto" }), null, jobs);
    expect(found).toMatchObject({
      precision: { dtype: "bfloat16", layers: layersOf(0.5) },
      dtype: "float32",
      warnings: [
        "bfloat16 is not enough: on 14 tokens of the first texts means differ from float32 by up to 0.50, and 100 % of the 50 best features are the same at the worst layer (expected: at most 0.2, and at least 80 %); the run is computed in float32",
      ],
    });
    expect(jobs.dtypes.at(-1)).toBe("float32");
  });

  it("that was asked for is gone on with all the same, with a warning", async () => {
    const jobs = jobsOf(2);
    const found = await checkedPrecision(about({ dtype: "bfloat16" }), null, jobs);
    expect(found?.dtype).toBe("bfloat16");
    expect(found?.warnings.join()).toMatch(/; to compute without it: --dtype float32$/);
    expect(jobs.dtypes.at(-1)).toBe("bfloat16");
  });

  test.each<[string, FakeJobs]>([
    [
      "for the weights",
      jobsOf(0, (dtype) => {
        if (dtype === "float32") throw outOfMemory();
      }),
    ],
    ["for a single text", jobsOf(0, undefined, 0)],
  ])("is not compared where float32 has no room %s: that is said", async (_, jobs) => {
    expect(await checkedPrecision(about(), null, jobs)).toEqual({
      precision: null,
      dtype: "bfloat16",
      warnings: [
        "what bfloat16 does to the results is not known: there was no room for the model in float32 to compare with",
      ],
    });
    expect(jobs.dtypes.at(-1)).toBe("bfloat16");
  });

  it("whose check fails for another reason fails the run", async () => {
    const jobs = jobsOf(0, () => {
      throw new Error("something else");
    });
    await expect(checkedPrecision(about(), null, jobs)).rejects.toThrow("something else");
  });

  it("is not compared with itself", async () => {
    const jobs = jobsOf(1);
    expect(await checkedPrecision(about({}, "float32"), null, jobs)).toBeNull();
    expect([jobs.asked, jobs.dtypes]).toEqual([[], []]);
  });
});

test("a run that goes on keeps to what was found, and says the same of it", async () => {
  const begun = await checkedPrecision(about({ dtype: "auto" }), null, jobsOf(2));
  const of = { corpus_revision: "r1", device_name: "Some GPU" };
  const { precision, dtype } = begun ?? {};
  const event = { type: "precision_checked", at: new Date(0).toISOString(), precision, dtype };
  writeFileSync(at("events.ndjson"), `${JSON.stringify({ ...event, ...of })}\n`);

  const recorded = recordedPrecision(storedEvents(at(".")), of);
  // Looked at again it would be enough.
  const jobs = jobsOf(0);
  expect(await checkedPrecision(about({ dtype: "auto" }), recorded, jobs)).toEqual(begun);
  expect([jobs.asked, jobs.dtypes]).toEqual([[], ["float32"]]);

  expect(recordedPrecision(storedEvents(at(".")), { ...of, corpus_revision: "r2" })).toBeNull();
  expect(recordedPrecision(storedEvents(at(".")), { ...of, device_name: "Other GPU" })).toBeNull();
});

describe("looked at are", () => {
  test("equally many first texts of every language, as far as there are so many tokens", () => {
    const many = new Array<number>(20).fill(50);
    expect([...firstTexts(tokenizedOf({ a: many, b: many })).values()]).toEqual([
      [0, 1, 2, 3, 4],
      [0, 1, 2, 3, 4],
    ]);
    expect(2 * 5 * 50).toBeLessThanOrEqual(CHECKED_TOKENS);
  });

  test("one text of each at least, and no more than there are", () => {
    const chosen = firstTexts(tokenizedOf({ a: [900, 900], b: [3] }));
    expect([...chosen.values()]).toEqual([[0], [0]]);
    expect([...firstTexts(tokenizedOf({ a: [5, 5], b: [3] })).values()]).toEqual([[0, 1], [0]]);
  });

  test("texts in which something counts", () => {
    expect(firstTexts(tokenizedOf({ a: [1, 600], b: [600, 1] }))).toEqual(
      new Map([
        ["a", [1]],
        ["b", [0]],
      ]),
    );
  });
});
