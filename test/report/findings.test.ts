import { expect, test } from "vitest";
import { findings } from "../../src/report/findings.js";
import { threeLanguageRun } from "../fixtures/tui.js";

test("the sentences follow from the numbers, by hand", () => {
  const [own, shared, doubtful] = findings(threeLanguageRun());
  // v / mean of the best features: 4/4, 3/3 and 5/5, each at its first layer of that share.
  expect(own).toContain("3 of 3 languages have a feature that is nearly theirs alone");
  expect(own).toContain("eng_Latn at layer 1, feature 0, 100 %");
  // All four features are among the top 50 of every language.
  expect(shared).toContain("English (eng_Latn) and French (fra_Latn) (Jaccard 1.00 at layer 1)");
  expect(doubtful).toContain("No language's best feature is doubtful");
});

test("a language whose best feature is mostly another's is named as the weakest", () => {
  const run = threeLanguageRun();
  for (const statistics of run.statistics?.values() ?? []) {
    // French's best feature has a mean of 30 there, and of 25 on English.
    for (let feature = 0; feature < 4; feature++) {
      statistics.mean[4 + feature] = 30;
      statistics.mean[feature] = 25;
    }
  }
  const sentences = findings(run).join("\n");
  expect(sentences).toMatch(/The weakest is (English|French)/);
  expect(sentences).toMatch(/Best features to look at twice: .*(shared|not-own)/);
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
