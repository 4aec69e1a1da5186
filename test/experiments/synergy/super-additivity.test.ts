import { expect, test } from "vitest";
import { superAdditivity } from "../../../src/experiments/synergy/super-additivity.js";
import { planFor } from "../../../src/experiments/synergy/synergy.js";
import { measuredOf } from "../../fixtures/ablations.js";

const features = new Map([
  ["eng", [0]],
  ["fra", [1]],
  ["tha", [2]],
]);
const plans = new Map(
  [...features.keys()].map((language) => [
    language,
    [1, 2].map((layer) => planFor(language, { layer, features })),
  ]),
);

test("a language is read under everybody's features alone, and under its own with each other's", () => {
  const [plan] = plans.get("fra") ?? [];
  expect(plan?.distinct).toEqual([[0], [1], [2], [0, 1], [1, 2]]);
  expect([...(plan?.pairs ?? [])]).toEqual([
    ["eng", 3],
    ["tha", 4],
  ]);
});

test("features that two languages share are taken out once", () => {
  const shared = new Map([
    ["eng", [3, 1]],
    ["fra", [1, 3]],
  ]);
  const { distinct, singles, pairs } = planFor("eng", { layer: 1, features: shared });
  expect(distinct).toEqual([[1, 3]]);
  expect([singles.get("eng"), singles.get("fra"), pairs.get("fra")]).toEqual([0, 0, 0]);
});

/** Costs a token of the first text of: eng, fra, tha, and of the language with each of the two others. */
const cost = (...each: number[]) =>
  new Map([
    [1, each],
    [2, each.map((one) => 2 * one)],
  ]);
const measured = [
  // English with French costs .5 more than the sum, with Thai .1 less.
  measuredOf("eng", cost(1, 0.2, 0.1, 1.7, 1)),
  measuredOf("fra", cost(0.3, 1, 0, 1.4, 1)),
  measuredOf("tha", cost(0, 0, 2, 2, 2.2)),
];
/** Over both texts: the second has half as much again, and twice the tokens. */
const PER_TOKEN = (2 + 1.5 * 4) / 6;
const groups = { source: "given", groups: [["eng", "fra"], ["tha"]] };
const found = superAdditivity(measured, plans, { units: 2, seed: 0, groups });
const pair = (layer: number | null, evaluated: string, other: string) =>
  found.pairs.find(
    (each) => each.layer === layer && each.evaluated === evaluated && each.other === other,
  );

test("ΔAB − ΔA − ΔB of every ordered pair, at each layer and over the layers", () => {
  expect(found.pairs).toHaveLength(3 * 6);
  const synergy = pair(1, "eng", "fra");
  expect(synergy?.own).toBeCloseTo(PER_TOKEN * 1);
  expect(synergy?.of_other).toBeCloseTo(PER_TOKEN * 0.2);
  expect(synergy?.both).toBeCloseTo(PER_TOKEN * 1.7);
  expect(synergy?.synergy.value).toBeCloseTo(PER_TOKEN * 0.5);
  expect(pair(null, "eng", "fra")?.synergy.value).toBeCloseTo(PER_TOKEN * 0.75);
  expect(pair(1, "eng", "tha")?.synergy.value).toBeCloseTo(PER_TOKEN * -0.1);
  // Of texts: .5 a token in one, .75 in the other.
  expect(synergy?.synergy.interval?.lo).toBeCloseTo(0.5);
  expect(synergy?.synergy.interval?.hi).toBeCloseTo(0.75);
});

test("pairs within groups and across them, and their difference", () => {
  const relation = found.relations.find(({ layer }) => layer === 1);
  // Within: eng-fra .5, fra-eng .1. Across: eng-tha −.1, fra-tha 0, tha-eng 0, tha-fra .2.
  expect(relation?.intra?.value).toBeCloseTo(PER_TOKEN * 0.3);
  expect(relation?.inter?.value).toBeCloseTo(PER_TOKEN * 0.025);
  expect(relation?.difference?.value).toBeCloseTo(PER_TOKEN * 0.275);
  expect(relation?.difference?.interval?.lo).toBeCloseTo(0.275);
});

test("without groups nothing is compared, and a group without pairs is none", () => {
  const none = superAdditivity(measured, plans, { units: 2, seed: 0, groups: null });
  expect(none.relations).toEqual([]);
  const alone = { source: "given", groups: [["eng"], ["fra"], ["tha"]] };
  const [first] = superAdditivity(measured, plans, { units: 2, seed: 0, groups: alone }).relations;
  expect(first).toMatchObject({ intra: null, difference: null });
  expect(first?.inter?.value).toBeDefined();
});
