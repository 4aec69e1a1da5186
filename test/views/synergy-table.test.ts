import { expect, test } from "vitest";
import { synergyLines } from "../../src/views/synergy-table.js";
import { factsOf } from "../fixtures/ablations.js";
import { synergyOf } from "../fixtures/synergies.js";

const linesOf = (changes: Parameters<typeof synergyOf>[0] = {}) =>
  synergyLines(synergyOf(changes)).map((line) => line.replace(/ +/g, " ").trim());

test("the pairs furthest from the sum, groups against the rest, and the most shared activation", () => {
  const lines = linesOf();
  expect(lines).toContain("eng_Latn fra_Latn 1.333 0.000 2.000 0.667 [0.500, 0.750]");
  expect(lines.join("\n")).toContain(
    "Within groups 0.667 [0.500, 0.750], across 0.000 [0.000, 0.000], difference 0.667 [0.500, 0.750] (groups: cluster-1; a language in none is by itself).",
  );
  expect(lines).toContain(
    "layer 2: those of fra_Latn on tha_Thai 1.50, those of tha_Thai on fra_Latn 1.50, those of eng_Latn on tha_Thai 1.00",
  );
});

test("by which measure features are the best is said where it is not v", () => {
  expect(linesOf({ ranked_by: "margin" })[0]).toMatch(/^tiny: top \d by margin of two languages/);
  expect(linesOf()[0]).not.toContain("by ");
});

test("without groups it says where they come from; few texts claim nothing", () => {
  const lines = linesOf({
    ...{ groups: null, is_enough: false, warnings: ["odd"] },
    evaluation: factsOf([], { fewest: 5, lacking: ["tha_Thai"] }),
  }).join("\n");
  expect(lines).toContain("vscore cluster makes some, --clusters takes yours");
  expect(lines).toContain("Only 5 texts");
  expect(lines).toContain("corpus lacks them: tha_Thai");
  expect(lines).toContain("warning: odd");
});
