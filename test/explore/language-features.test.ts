import fc from "fast-check";
import { expect, test } from "vitest";
import {
  countLanguageFeatures,
  languageFeatures,
  languageFeaturesOf,
} from "../../src/explore/language-features.js";
import { rank } from "../../src/reduce/v-score.js";
import { rankedBy } from "../../src/runs/rank-by.js";
import { statisticsOf } from "../fixtures/runs.js";
import { sharingRun } from "../fixtures/sharing-run.js";
import { RANKING, STATISTICS } from "../fixtures/three-languages.js";

test("a feature has a place in each language whose ranking it leads with v > 0", () => {
  expect([...languageFeatures(RANKING, STATISTICS, 100)]).toEqual([
    [0, [{ language: 0, rank: 1, v: 3, own: 0.75 }]],
    [
      3,
      [
        { language: 0, rank: 2, v: 1.5, own: 0.5 },
        { language: 1, rank: 2, v: 1.5, own: 0.5 },
      ],
    ],
    [1, [{ language: 1, rank: 1, v: 3, own: 0.75 }]],
    [2, [{ language: 2, rank: 1, v: 3, own: 0.6 }]],
  ]);
});

test("ranks beyond `among` make no language feature", () => {
  expect([...languageFeatures(RANKING, STATISTICS, 1).keys()]).toEqual([0, 1, 2]);
});

test("of several languages the one with the highest v comes first", () => {
  const ranking = rank([Float64Array.of(1), Float64Array.of(4), Float64Array.of(2)]);
  const places = languageFeatures(ranking, statisticsOf([[2], [8], [8]]), 1).get(0);
  expect(places?.map(({ language, v, own }) => [language, v, own])).toEqual([
    [1, 4, 0.5],
    [2, 2, 0.25],
    [0, 1, 0.5],
  ]);
});

test("where a feature's mean is not above 0, none of its activation is its own", () => {
  const ranking = rank([Float64Array.of(1), Float64Array.of(-1)]);
  expect(languageFeatures(ranking, statisticsOf([[0], [-1]]), 1).get(0)).toEqual([
    { language: 0, rank: 1, v: 1, own: 0 },
  ]);
});

test("the lookup has exactly what the rankings have within `among` above 0", () => {
  const scores = fc.array(
    fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 5, maxLength: 5 }),
    {
      minLength: 2,
      maxLength: 4,
    },
  );
  fc.assert(
    fc.property(scores, fc.integer({ min: 1, max: 6 }), (rows, among) => {
      const ranking = rank(rows.map((row) => Float64Array.from(row)));
      const found = languageFeatures(ranking, statisticsOf(rows), among);
      for (const [language, row] of rows.entries()) {
        for (const [feature, v] of row.entries()) {
          const above = row.filter((w, other) => w > v || (w === v && other < feature)).length;
          const place = found.get(feature)?.find((each) => each.language === language);
          if (v > 0 && above < among) expect(place).toMatchObject({ rank: above + 1, v });
          else expect(place).toBeUndefined();
        }
      }
    }),
  );
});

test("language features are counted once, however many languages share them", () => {
  const run = {
    name: "tiny",
    rankings: new Map([[2, RANKING]]),
    statistics: new Map([[2, STATISTICS]]),
  };
  expect(countLanguageFeatures(run, [2], 1)).toEqual([{ layer: 2, language: 3, all: 4 }]);
  expect(countLanguageFeatures(run, [2], 100)).toEqual([{ layer: 2, language: 4, all: 4 }]);
});

test("by another measure ranks are its own, v is v; what it does not rank is no language feature", () => {
  const of = (measure: "margin" | "tau", among: number) =>
    [...languageFeaturesOf(rankedBy(sharingRun(), measure), 3, among)].map(([feature, places]) => [
      feature,
      places.map(({ language, rank, v, own }) => [language, rank, v, own]),
    ]);
  // Of English 1 is before 0 by margin; of Spanish 0 is the second, behind a feature whose v is 0.
  expect(of("margin", 1)).toEqual([[1, [[0, 1, 4, 1]]]]);
  expect(of("margin", 2)).toEqual([
    [1, [[0, 1, 4, 1]]],
    [
      0,
      [
        [0, 2, 5.5, 0.55],
        [1, 2, 4, 4 / 9],
      ],
    ],
  ]);
  expect(of("tau", 100)).toEqual([
    [1, [[0, 1, 4, 1]]],
    [0, [[0, 2, 5.5, 0.55]]],
  ]);
});
