import { expect, test } from "vitest";
import { findings } from "../../src/report/findings.js";
import type { FinishedRun } from "../../src/runs/read.js";
import { metaOf, runOf } from "../fixtures/runs.js";
import { threeLanguageRun } from "../fixtures/tui.js";

/** Of these means, a row a language; v is left as it is where only means are told of. */
const runWith = (means: Record<number, number[][]>): FinishedRun =>
  runOf(
    metaOf({
      languages: ["eng_Latn", "fra_Latn", "tha_Thai"],
      layers: Object.keys(means).map(Number),
    }),
    means,
  );

/** Two hundred features: the first few are English's and French's, of the others each language has every third. */
const wide = (sharedByTwo: number): number[][] =>
  [0, 1, 2].map((k) =>
    Array.from({ length: 200 }, (_, feature) => {
      if (feature < sharedByTwo) return k < 2 ? 9 : 0;
      return feature % 3 === k ? 5 : 0;
    }),
  );

test("which languages have a feature nearly of their own, where, and against what", () => {
  const sentences = findings(
    runWith({
      1: [
        [4, 0, 0],
        [0.5, 3, 0],
        [0, 2, 6],
      ],
      2: [
        [4, 0, 0],
        [0, 3, 1],
        [0.1, 2, 9],
      ],
    }),
  );
  expect(sentences[0]).toBe(
    "2 of 3 languages have, at some layer, a best feature with at least 10 times the mean activation that it has on any other language: Thai (tha_Thai) at layer 1, feature 2: mean 6.000, and 0 on all others; English (eng_Latn) at layer 2, feature 0: mean 4.000, against 0.100 on Thai.",
  );
  // English at layer 2 alone (0.5 is more than a tenth of 4), Thai at layer 1 alone (1 is more than a tenth of 9).
  expect(sentences[1]).toBe("Such features are most common at layers 1, 2: 1 of 3 languages each.");
  expect(sentences[2]).toBe(
    "Without one is French (fra_Latn), whose best feature is furthest from the other languages at layer 1, feature 1: mean 3.000, against 2.000 on Thai.",
  );
});

test("a feature that many languages together are silent on, and one is not, is no language's own", () => {
  const means = [
    [10, 0, 0],
    [9, 5, 0],
    [0, 0, 5],
  ];
  const sentences = findings(runWith({ 1: means })).join("\n");
  expect(sentences).toContain("Without one are English (eng_Latn)");
  expect(sentences).toContain(
    "English (eng_Latn) at layer 1, feature 0: mean 10.000, against 9.000 on French (shared)",
  );
});

test("all, one or no language: number and verb agree", () => {
  const own = (a: number, b: number, c: number) => [
    [5, b, c],
    [a, 5, c],
    [a, b, 5],
  ];
  const first = (means: number[][]) => findings(runWith({ 1: means }))[0];
  expect(first(own(0, 0, 0))).toMatch(/^Each of the 3 languages has,/);
  expect(first(own(0, 1, 1))).toMatch(/^1 of 3 languages has,/);
  expect(first(own(1, 1, 1))).toMatch(/^No language has a best feature .*, at any layer\.$/);
});

test("how many of their top features two languages share, where they share most", () => {
  // The top 50 of English and French: the 25 that both have, and 25 of their own.
  expect(findings(runWith({ 1: wide(25) })).join("\n")).toContain(
    "Languages that share many of their top 50 features, where they share most: English (eng_Latn) and French (fra_Latn) 25 at layer 1.",
  );
  expect(findings(runWith({ 1: wide(9) })).join("\n")).toContain(
    "No two languages share many of their top 50 features; the most: English (eng_Latn) and French (fra_Latn) 9 at layer 1.",
  );
  expect(findings(runWith({ 1: wide(0) })).join("\n")).toContain(
    "No two languages share any of their top 50 features at any layer.",
  );
});

test("where every feature is among the best, that is said instead", () => {
  expect(findings(threeLanguageRun()).join("\n")).toContain(
    "The dictionaries have no more than 50 features: all of them are among the top 50 of every language.",
  );
});

test("what is doubtful about a best feature is said in words", () => {
  const run = runWith({
    1: [
      [4, 0, 0],
      [5, 3, 0],
      [0, 0, 6],
    ],
  });
  const statistics = run.statistics.get(1);
  // Thai's best feature sits at the first position.
  if (statistics !== undefined) statistics.firstShare[2 * 3 + 2] = 0.75;
  expect(findings(run).at(-1)).toBe(
    "Best features to look at twice: English (eng_Latn) at layer 1, feature 0: it fires more strongly on another language, mean 4.000, against 5.000 on French (not-own); French (fra_Latn) at layer 1, feature 0: mean 5.000, against 4.000 on English (shared); Thai (tha_Thai) at layer 1, feature 2: over half of its activation is at the first position of the texts (sink).",
  );
  const clean = threeLanguageRun();
  expect(findings(clean).at(-1)).toContain("No language's best feature is doubtful");
});

test("the end of a long list is named, a language once", () => {
  const layers = Array.from({ length: 5 }, (_, at) => at);
  const means = [
    [4, 0, 0],
    [3, 5, 0],
    [0, 4, 6],
  ];
  const run = runWith(Object.fromEntries(layers.map((layer) => [layer, means])));
  expect(findings(run).at(-1)).toMatch(
    /; and 4 more: English \(eng_Latn\) at layers 3, 4; French \(fra_Latn\) at layers 3, 4\.$/,
  );
});

test("of a run of another tool only what v-scores say is said", () => {
  const foreign = {
    ...threeLanguageRun(),
    statistics: null,
    meta: { languages: ["eng_Latn", "fra_Latn", "tha_Thai"], layers: [1, 2] },
  };
  const sentences = findings(foreign);
  expect(sentences[0]).toContain("v-scores only");
  expect(sentences).toHaveLength(2);
});
