import { expect, it } from "vitest";
import { MEASURES, rankedBy } from "../../src/runs/rank-by.js";
import { byText, formulaOf, rankedCaption, scoreAxis } from "../../src/views/ranking-text.js";
import { withEvidence } from "../fixtures/evidence.js";
import { sharingRun } from "../fixtures/sharing-run.js";

const run = withEvidence(sharingRun());
const lists = { layers: [3], languages: ["eng_Latn", "spa_Latn"], topK: 2 };

it("of v nothing is said: it is what captions tell anyway", () => {
  expect([byText(run), formulaOf(run), rankedCaption(run, lists)]).toEqual(["", null, ""]);
  expect(scoreAxis(run)).toBe("v (activation)");
});

it("every other measure has its formula and its unit", () => {
  for (const measure of MEASURES.filter((each) => each !== "v" && each !== "dz")) {
    const ranked = rankedBy(run, measure);
    expect(byText(ranked)).toBe(` by ${measure}`);
    expect(scoreAxis(ranked)).toMatch(new RegExp(`^${measure} \\(.+\\)$`));
    expect(rankedCaption(ranked, lists)).toMatch(
      new RegExp(`^ Ranked by ${measure}, not by v\\. ${measure}\\(.+\\.$`),
    );
  }
});

it("lists that are too short are counted, those of the whole dictionary are not", () => {
  const byTau = rankedBy(run, "tau");
  const short = (topK: number) => rankedCaption(byTau, { ...lists, topK }).match(/In .*/)?.[0];
  expect(short(1)).toMatch(/^In 1 of 2 lists, .* it ranks no feature: shown is what there is\.$/);
  expect(short(3)).toMatch(/^In 2 of 2 lists, .* it ranks fewer than 3 features/);
  expect(rankedCaption(rankedBy(run, "margin"), { ...lists, topK: 99 })).not.toContain("In ");
});
