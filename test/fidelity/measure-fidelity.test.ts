import { expect, it } from "vitest";
import { checkedShards, measureFidelity } from "../../src/fidelity/measure-fidelity.js";
import { RebuildingJobs } from "../fixtures/rebuilding-jobs.js";

/** A language's texts, of so many tokens each. */
const textsOf = (...tokens: number[]) => ({
  texts: tokens.map((_, at) => ({ id: String(at), text: `text ${at}` })),
  tokens,
});
const languages = new Map([
  ["eng_Latn", textsOf(5, 1, 4, 6, 3)],
  ["tha_Thai", textsOf(9, 9)],
]);
const left = { eng_Latn: 0.5, tha_Thai: 3 };
const of = { model_revision: "abc", texts_sha256: { eng_Latn: "e", tha_Thai: "t" } };
const request = { of, languages, texts: 3, losses: false, budget: 100 };

it("adds up what the dictionaries make of a few texts of each language", async () => {
  const jobs = new RebuildingJobs({ layers: [1, 2], left });
  const told: [string, number][] = [];
  const fidelity = await measureFidelity(request, jobs, (...each) => told.push(each));
  expect(told).toEqual([
    ["eng_Latn", 0],
    ["tha_Thai", 1],
  ]);
  expect(fidelity.of).toBe(of);
  expect(fidelity.texts).toEqual({ eng_Latn: 3, tha_Thai: 2 });
  expect(fidelity.layers.map(({ layer }) => layer)).toEqual([1, 2]);
  expect(fidelity.layers[1]?.languages).toEqual({
    eng_Latn: { tokens: 60, not_finite: 0, active: 1200, error: 1.5, variance: 6, losses: null },
    tha_Thai: { tokens: 40, not_finite: 0, active: 800, error: 6, variance: 4, losses: null },
  });
  // A text of one token has nothing to look at: the others are taken, by rising length.
  expect(jobs.jobs[0]).toEqual({
    ...{ job: "fidelity", language: "eng_Latn" },
    shards: [{ shard: 0, texts: [2, 0, 3] }],
  });
});

it("tells the losses of the same texts, per predicted token", async () => {
  const jobs = new RebuildingJobs({ layers: [1, 2], left, untold: [1] });
  const { layers } = await measureFidelity({ ...request, losses: true }, jobs);
  // Of a dictionary that does not say what it rebuilds, nothing can be put in the place of anything.
  expect(layers[0]?.languages.eng_Latn?.losses).toBeNull();
  expect(layers[1]?.languages.eng_Latn?.losses).toEqual({
    ...{ texts: 3, as_is: (12 + 10 + 13) / 15, rebuilt: 4, zero: 10 },
  });
  const asked = jobs.jobs.filter(({ job }) => job === "splice");
  expect(asked.map((each) => each.layers)).toEqual([[2], [2]]);
});

it("takes smaller batches where the device has no room, with the same result", async () => {
  const roomy = await measureFidelity(request, new RebuildingJobs({ layers: [1], left }));
  const tight = new RebuildingJobs({ layers: [1], left, most: 1 });
  expect(await measureFidelity(request, tight)).toEqual(roomy);
  expect(tight.jobs.length).toBeGreaterThan(2);
});

it("a language without any text to look at has sums of nothing", async () => {
  const bare = new Map([...languages, ["fra_Latn", textsOf(1, 1)] as const]);
  const { texts, layers } = await measureFidelity(
    { ...request, languages: bare },
    new RebuildingJobs({ layers: [1], left }),
  );
  expect(texts.fra_Latn).toBe(0);
  expect(layers[0]?.languages.fra_Latn).toMatchObject({ tokens: 0, variance: 0 });
});

it("batches of the texts that are looked at keep to the budget", () => {
  expect(checkedShards(textsOf(5, 1, 4, 6, 3), 4, 10)).toEqual([
    { shard: 0, texts: [4, 2] },
    { shard: 1, texts: [0] },
    { shard: 2, texts: [3] },
  ]);
});
