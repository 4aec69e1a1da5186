import { expect, it } from "vitest";
import {
  alphaOf,
  pairsOf,
  setupsOf,
  standardBase,
} from "../../../src/experiments/steering/steering-request.js";
import { failureOf } from "../../fixtures/failure.js";
import { metaOf } from "../../fixtures/runs.js";

const run = { name: "r", meta: metaOf({ languages: ["eng_Latn", "fra_Latn", "jpn_Jpan"] }) };

it("every source leads into every target but itself, in codes of either kind", () => {
  expect(pairsOf(run, ["fr", "eng_Latn"], ["en"])).toEqual([
    { source: "fra_Latn", target: "eng_Latn" },
  ]);
  expect(pairsOf(run, null, ["ja"]).map(({ source }) => source)).toEqual(["eng_Latn", "fra_Latn"]);
});

it("a language into itself, and one that the run lacks, are refused", () => {
  expect(failureOf(() => pairsOf(run, ["fr"], ["fra_Latn"])).message).toMatch(
    /Expected two languages/,
  );
  expect(failureOf(() => pairsOf(run, ["de"], ["en"])).message).toMatch(/found de, the run r has/);
  expect(failureOf(() => pairsOf(run, ["fr"], ["xx"])).message).toMatch(/--target-lang: found xx/);
});

it("languages are refused by the names of the flags that asked for them", () => {
  const flags = { sources: "--source", targets: "--target" };
  expect(failureOf(() => pairsOf(run, ["en"], ["en"], flags)).message).toMatch(
    /^--source and --target are both eng_Latn/,
  );
  expect(failureOf(() => pairsOf(run, null, ["all"], flags)).message).toMatch(
    /^--target: found all/,
  );
});

it("steering begins at 20, or where two more layers of the run follow, or at its last", () => {
  expect(standardBase([0, 20, 5])).toBe(20);
  expect(standardBase([3, 1, 2])).toBe(1);
  expect(standardBase([0, 5, 10])).toBe(10);
});

it("a sweep has every pair with every layer and strength, which is the source's own where none is given", () => {
  const pair = { source: "tha_Thai", target: "eng_Latn" };
  expect(setupsOf([pair], [1, 2], [0.5, 1])).toHaveLength(4);
  expect(setupsOf([pair], [1], null)).toEqual([{ ...pair, layer: 1, alpha: 1.5 }]);
  expect(alphaOf("glg_Latn")).toBe(0.5);
  expect(setupsOf([pair], [1, 2, 1], [0.5])).toHaveLength(2);
  expect(failureOf(() => setupsOf([pair], ["x"], null)).message).toMatch(/--base-layer: found x/);
});
