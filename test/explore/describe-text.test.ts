import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Describing,
  describeText,
  sharesOf,
  spokenFor,
} from "../../src/explore/describe-text.js";
import { languageFeatures } from "../../src/explore/language-features.js";
import type { ActiveFeature, ReadText } from "../../src/explore/read-text.js";
import { rank, vScores } from "../../src/reduce/v-score.js";
import { statisticsOf } from "../fixtures/runs.js";
import { LANGUAGES, RANKING, STATISTICS } from "../fixtures/three-languages.js";

const FEATURES = languageFeatures(RANKING, STATISTICS, 100);

const firing = (...active: [feature: number, activation: number][]): ActiveFeature[] =>
  active.map(([feature, activation]) => ({ feature, activation }));

/** A text on one layer, from what fires on each of its tokens; null is a token that does not count. */
function read(...tokens: (ActiveFeature[] | null)[]): ReadText {
  return {
    tokens: tokens.map((active, at) => ({
      piece: "x",
      start: at,
      end: at + 1,
      counted: active !== null,
    })),
    active: new Map([[7, tokens.map((active) => active ?? [])]]),
  };
}

const describing = (topK = 5): Describing => ({
  languages: LANGUAGES,
  layers: new Map([[7, FEATURES]]),
  topK,
});

describe("a token", () => {
  const [token] = describeText(read(firing([0, 2], [1, 0.123456], [3, 4])), describing(2)).tokens;
  const [layer] = token?.layers ?? [];

  test("has its strongest language features, with the language whose they are most", () => {
    expect(layer?.features).toEqual([
      { feature: 3, activation: 4, language: "eng_Latn", rank: 2, v: 1.5 },
      { feature: 0, activation: 2, language: "eng_Latn", rank: 1, v: 3 },
    ]);
  });

  test("keeps what it is of the text", () => {
    expect(token).toMatchObject({ piece: "x", start: 0, end: 1, counted: true });
  });
});

test("activations are told with five digits, equal ones by feature number", () => {
  const { tokens } = describeText(read(firing([3, 1.234567], [0, 1.234567])), describing());
  expect(tokens[0]?.layers[0]?.features.map((top) => [top.feature, top.activation])).toEqual([
    [0, 1.2346],
    [3, 1.2346],
  ]);
});

test("a token and the text speak for languages by what their features' means elsewhere do not explain", () => {
  // eng: 2 · 3/4 + 4 · 1.5/3 = 3.5, spa: 4 · 1.5/3 = 2; fra: 5 · 3/5 = 3.
  const text = read(firing([0, 2], [3, 4]), null, firing([2, 5]));
  const { tokens, layers } = describeText(text, describing());
  const shares = tokens.map((token) => token.layers[0]?.speaks_for);
  expect(shares).toEqual([
    [
      { language: "eng_Latn", share: 3.5 / 5.5 },
      { language: "spa_Latn", share: 2 / 5.5 },
    ],
    [],
    [{ language: "fra_Latn", share: 1 }],
  ]);
  expect(layers).toEqual([
    {
      layer: 7,
      speaks_for: [
        { language: "eng_Latn", share: 3.5 / 8.5 },
        { language: "fra_Latn", share: 3 / 8.5 },
        { language: "spa_Latn", share: 2 / 8.5 },
      ],
    },
  ]);
});

test("what is no language feature, or does not fire above 0, says nothing", () => {
  const few = languageFeatures(RANKING, STATISTICS, 1);
  expect([...spokenFor(firing([3, 9], [0, -2]), few, 3)]).toEqual([0, 0, 0]);
  const silent = describeText(read(firing([0, -2], [3, 9])), {
    ...describing(),
    layers: new Map([[7, few]]),
  });
  expect(silent.tokens[0]?.layers).toEqual([{ layer: 7, features: [], speaks_for: [] }]);
  expect(silent.layers).toEqual([{ layer: 7, speaks_for: [] }]);
});

test("a text without tokens says nothing in any layer", () => {
  expect(describeText(read(), describing())).toEqual({
    tokens: [],
    layers: [{ layer: 7, speaks_for: [] }],
  });
});

test("shares are sorted, positive and sum to 1, or there are none", () => {
  const width = 4;
  const means = fc.array(
    fc.array(fc.float({ min: 0, max: 1000, noNaN: true }), { minLength: width, maxLength: width }),
    { minLength: 2, maxLength: 5 },
  );
  const activations = fc.array(
    fc.tuple(fc.nat(width - 1), fc.float({ min: -1000, max: 1000, noNaN: true })),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(means, activations, fc.integer({ min: 1, max: width }), (rows, active, among) => {
      const ranking = rank(vScores(rows.map((row) => Float64Array.from(row))));
      const features = languageFeatures(ranking, statisticsOf(rows), among);
      const sums = spokenFor(firing(...active), features, rows.length);
      const shares = sharesOf(
        sums,
        rows.map((_, at) => `l${at}`),
      ).map(({ share }) => share);
      expect(shares).toEqual(shares.toSorted((a, b) => b - a));
      expect(shares.every((share) => share > 0 && share <= 1)).toBe(true);
      const total = shares.reduce((sum, share) => sum + share, 0);
      if (sums.some((weight) => weight > 0)) expect(total).toBeCloseTo(1, 12);
      else expect(shares).toEqual([]);
    }),
  );
});
