import { expect, it } from "vitest";
import { featureColumns } from "../../src/reduce/feature-columns.js";
import { canHalve, halvedScores } from "../../src/reduce/halvings.js";
import { languageStatistics } from "../../src/reduce/language-sums.js";
import { textUnits } from "../../src/reduce/text-units.js";
import { rank, vScores } from "../../src/reduce/v-score.js";
import { feature, plantedLayer } from "../fixtures/planted-layer.js";

const LANGUAGES = 4;
const OWN = { 1: 9 };

/** Features that tell no language apart, and one, the last, that does. */
function site(units: number) {
  const nulls = Array.from({ length: 300 }, () => feature(LANGUAGES, 0.3, 1));
  const { languages, ids } = plantedLayer([...nulls, feature(LANGUAGES, 0.5, 1, OWN)], {
    units,
    seed: 4,
  });
  const columns = featureColumns(languages, "token");
  const scores = vScores(
    languages.map(({ sums, counted }) => languageStatistics(sums, counted, "token").mean),
  );
  return { columns, units: textUnits(columns, ids), ranking: rank(scores) };
}
const ASKED = { best: 20, halvings: 10, seed: 1 };

it("chance features that rank high fare worse on texts that did not rank them, real ones as well", () => {
  const { columns, units, ranking } = site(60);
  const { v, share } = halvedScores(columns, units, ranking, ASKED);
  const place = (language: number, rank: number) => language * ASKED.best + rank;
  expect(ranking.index[ranking.features]).toBe(300);
  expect(share[place(1, 0)]).toBe(1);
  const [first, ...rest] = ranking.value.subarray(ranking.features);
  expect(v[place(1, 0)]).toBeGreaterThan(0.8 * (first as number));
  const chance = [1, 2, 3, 4, 5].map((rank) => v[place(1, rank)] as number);
  const told = rest.slice(0, 5);
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  // In the sample they look like something.
  expect(mean(told)).toBeGreaterThan(0.2);
  expect(Math.abs(mean(chance))).toBeLessThan(mean(told) / 4);
});

it("is the same for the same seed", () => {
  const { columns, units, ranking } = site(10);
  expect(halvedScores(columns, units, ranking, ASKED)).toEqual(
    halvedScores(columns, units, ranking, ASKED),
  );
});

it("a single text cannot be halved", () => {
  expect(canHalve(site(1).columns)).toBe(false);
  expect(canHalve(site(2).columns)).toBe(true);
});
