import fc from "fast-check";
import { expect, it } from "vitest";
import { marginOf } from "../../src/reduce/score-intervals.js";
import type { Ranking } from "../../src/reduce/v-score.js";
import { anyRankedBy, type Measure, rankedBy, refuseExclusive } from "../../src/runs/rank-by.js";
import { topFeatures } from "../../src/runs/top-features.js";
import { evidenceOf } from "../fixtures/evidence.js";
import { failureOf } from "../fixtures/failure.js";
import { metaOf, runOf } from "../fixtures/runs.js";
import { sharingRun } from "../fixtures/sharing-run.js";

const run = sharingRun();
const { languages } = run.meta;
const best = (measure: Measure, language = "eng_Latn") =>
  topFeatures(rankedBy(run, measure), { topK: 3, language });

it("the margin puts a language's own feature before one that it shares", () => {
  expect(best("v").map(({ feature }) => feature)).toEqual([0, 1, 2]);
  const [first, second] = best("margin");
  expect(first).toMatchObject({ feature: 1, rank: 1, v: 4, score: 4, margin: 4 });
  expect(second).toMatchObject({ feature: 0, rank: 2, v: 5.5, score: 1 });
  // Of Spanish nothing is above the others: the margins are below 0.
  expect(best("margin", "spa_Latn")[0]?.score).toBe(0);
});

it("tau ranks what is most the language's, and everything else behind", () => {
  const [first, second, third] = best("tau");
  expect(first).toMatchObject({ feature: 1, score: 1 });
  expect(second?.feature).toBe(0);
  expect(second?.score).toBeCloseTo(0.55, 6);
  // Nothing else is English's own.
  expect(third).toBeUndefined();
  expect(failureOf(() => rankedBy(run, "tau", 3)).message).toMatch(
    /--rank-by tau ranks 2 features of eng_Latn at layer 3, and 3 are asked for/,
  );
});

it("lape ranks by entropy of the rates, of features that fire often on the language", () => {
  const statistics = run.statistics.get(3);
  if (statistics === undefined) throw new Error("no statistics");
  const activeFraction = Float32Array.from([...[0.5, 0.3, 0.1], ...[0.4, 0, 0.1], ...[0, 0, 0.1]]);
  const other = { ...run, statistics: new Map([[3, { ...statistics, activeFraction }]]) };
  const [first, ...rest] = topFeatures(rankedBy(other, "lape"), { topK: 3, language: "eng_Latn" });
  // 0.3 is below the floor, the highest 5 % of all rates.
  expect(first?.feature).toBe(0);
  const [p, q] = [5 / 9, 4 / 9];
  expect(first?.score).toBeCloseTo(Math.log(3) + p * Math.log(p) + q * Math.log(q), 6);
  expect(rest).toEqual([]);
});

it("what only evidence tells is refused without it", () => {
  const failure = failureOf(() => rankedBy(run, "auroc"));
  expect(failure.message).toMatch(/the run tiny has no evidence.safetensors.*npx vscore rescore /);
  const told = { ...run, evidence: evidenceOf(languages, 3, 2) };
  expect(topFeatures(rankedBy(told, "auroc"), { topK: 1, language: "eng_Latn" })[0]).toMatchObject({
    ...{ feature: 2, score: 82, interval: null },
  });
  expect(failureOf(() => rankedBy(told, "dz")).message).toMatch(/has none\. Expected a parallel/);
});

it("numbers of a feature are found by it, whatever ranks it", () => {
  const told = { ...run, evidence: evidenceOf(languages, 3, 2) };
  const [first] = topFeatures(rankedBy(told, "margin"), { topK: 1, language: "eng_Latn" });
  // By v it is second.
  expect(first).toMatchObject({ feature: 1, p: 1, interval: { lo: 21, hi: 31 }, heldout_v: null });
});

it("of a run of another tool v is all", () => {
  const foreign = { name: "old", statistics: null } as Parameters<typeof anyRankedBy>[0];
  expect(anyRankedBy(foreign, "v")).toBe(foreign);
  expect(failureOf(() => anyRankedBy(foreign, "tau")).message).toMatch(/keeps v alone/);
});

it("by lape and tau no feature is of two languages: what languages share cannot be asked", () => {
  for (const measure of ["lape", "tau"] as const)
    expect(failureOf(() => refuseExclusive(measure, "overlap")).message).toMatch(
      /no two languages share any, and overlap is about .* Expected one of v, margin, auroc, dz\./,
    );
  expect(() => refuseExclusive("margin", "overlap")).not.toThrow();
});

it("tau ranks a feature for the one language with the highest mean, or for none where two have it", () => {
  const row = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(fc.tuple(row, row, row), (means) => {
      const of = runOf(metaOf({ layers: [3], languages }), { 3: means }, { 3: means });
      const places = topFeatures(rankedBy(of, "tau"), { topK: 4 });
      for (let feature = 0; feature < 4; feature++) {
        const own = means.map((all) => all[feature] as number);
        const most = Math.max(...own);
        const isOwn = most > 0 && own.filter((mean) => mean === most).length === 1;
        expect(places.filter((place) => place.feature === feature).map((p) => p.language)).toEqual(
          isOwn ? [languages[own.indexOf(most)]] : [],
        );
      }
    }),
  );
});

it("the margin of every feature is that to the largest of the other means, whatever means are equal", () => {
  const tables = fc.array(
    fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 }),
    {
      minLength: 2,
      maxLength: 5,
    },
  );
  fc.assert(
    fc.property(tables, (means) => {
      const languages = means.map((_, k) => `l${k}`);
      const run = runOf(metaOf({ languages }), { 1: means });
      const { index, value, features } = rankedBy(run, "margin").rankings.get(1) as Ranking;
      for (const [k] of languages.entries())
        for (let place = 0; place < features; place++) {
          const f = index[k * features + place] as number;
          const own = means.map((row) => row[f] as number);
          expect(value[k * features + place]).toBe(marginOf(own, k).margin + 0);
        }
    }),
  );
});
