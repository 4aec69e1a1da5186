import { expect, test } from "vitest";
import type { TopFeature } from "../../src/runs/top-features.js";
import { digits, featureLines } from "../../src/views/feature-table.js";

test.each([
  [0, "0.000"],
  [1.23456, "1.235"],
  [-2, "-2.000"],
  [0.001, "0.001"],
  [0.00099, "9.90e-4"],
  [-1e-9, "-1.00e-9"],
  [999999, "999999.000"],
  [1e6, "1.00e+6"],
])("%d is shown as %s", (value, shown) => {
  expect(digits(value)).toBe(shown);
});

test("a feature is one line with all that is known of it", () => {
  const top: TopFeature = {
    layer: 4,
    language: "eng_Latn",
    rank: 1,
    feature: 77,
    v: 2.5,
    standard_error: 0.25,
    mean: 3,
    runner_up: "spa_Latn",
    runner_up_mean: 2,
    active_fraction: 0.125,
    flags: ["sink", "shared"],
  };
  const [, , line = "", single = ""] = featureLines([top, { ...top, standard_error: null }]);
  expect(line.split(/ {2,}/).map((cell) => cell.trim())).toEqual(
    [
      "4",
      "eng_Latn",
      "1",
      "77",
      "2.500",
      "3.000 ± 0.250",
      "spa_Latn",
      "2.000",
      "12.5 %",
      "sink shared",
    ].flatMap((cell, at) => (at === 0 ? ["", cell] : [cell])),
  );
  expect(single).toContain("3.000 ± ?");
});
