import { expect, test } from "vitest";
import { newCompareScreen } from "../../../src/tui/screens/compare/state.js";
import { RUNS } from "../../../src/tui/screens/runs/state.js";
import { Driver } from "../../fixtures/tui.js";

const open = () => new Driver([RUNS, newCompareScreen("/runs/a", "/runs/b", 10)]);

test("each layer and language tells how alike the two runs rank", () => {
  const driver = open();
  expect(driver.text).toContain("Reading both runs");
  const agreement = {
    ...{ layer: 2, language: "fra_Latn", jaccard: 0.25, largest_difference: 1.5 },
    ...{ rank_correlation: 0.5, gained: [9], lost: [7] },
  };
  driver.hear({
    ...{ type: "compared", first: "/runs/a", second: "/runs/b" },
    agreements: [{ ...agreement, first: { feature: 7, v: 3 }, second: { feature: 9, v: 2 } }],
  });
  expect(driver.text).toMatch(/▸ +2 +fra_Latn +██ +0\.25 +7 \(3\.000\) +9 \(2\.000\) +1\.500/);
  expect(driver.text).toContain("first: /runs/a");
});

test("two runs that cannot be compared say why", () => {
  const driver = open().hear({ type: "comparison_refused", message: "no layer in common" });
  expect(driver.text).toContain("no layer in common");
});
