import { expect, test } from "vitest";
import { newCompareScreen } from "../../../src/tui/screens/compare/state.js";
import { RUNS } from "../../../src/tui/screens/runs/state.js";
import { Driver } from "../../fixtures/tui.js";

const open = () => new Driver([RUNS, newCompareScreen("/runs/a", "/runs/b", 10)]);

test("what the command line tells of two runs is told here, and scrolls to its end", () => {
  const driver = open();
  expect(driver.text).toContain("Reading both runs");
  const lines = ["differs  first  second", ...Array.from({ length: 40 }, (_, at) => `line ${at}`)];
  driver.hear({ type: "compared", first: "/runs/a", second: "/runs/b", lines });
  expect(driver.text).toContain("first:  /runs/a");
  expect(driver.text).toContain("differs  first  second");
  expect(driver.text).not.toContain("line 39");
  driver.press("G");
  expect(driver.text).toContain("line 39");
  expect(driver.press("g").text).toContain("differs  first");
});

test("two runs that cannot be compared say why", () => {
  const driver = open().hear({ type: "comparison_refused", message: "no layer in common" });
  expect(driver.text).toContain("no layer in common");
});
