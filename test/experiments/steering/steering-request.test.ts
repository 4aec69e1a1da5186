import { expect, it } from "vitest";
import { pairsOf, standardBase } from "../../../src/experiments/steering/steering-request.js";
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

it("steering begins at 20, or where two more layers of the run follow, or at its last", () => {
  expect(standardBase([0, 20, 5])).toBe(20);
  expect(standardBase([3, 1, 2])).toBe(1);
  expect(standardBase([0, 5, 10])).toBe(10);
});
