import { expect, test } from "vitest";
import { CONTROL_KINDS } from "../../src/config/controls.js";
import { bestUnderControls, controlFindings } from "../../src/report/control-findings.js";
import { methodsSheet } from "../../src/report/methods-sheet.js";
import { openRun } from "../../src/runs/read.js";
import { writeControlledRun } from "../fixtures/controlled-run.js";
import { useTempFolder } from "../fixtures/temp-folder.js";
import { threeLanguageRun } from "../fixtures/tui.js";

const at = useTempFolder();

test("nothing is said of a run without controls", () => {
  writeControlledRun(at("run"), []);
  expect(controlFindings(bestUnderControls(openRun(at("run"))))).toEqual([]);
  expect(controlFindings(bestUnderControls(threeLanguageRun()))).toEqual([]);
  expect(methodsSheet(openRun(at("run")))).not.toContain("## Controls");
});

test("what the best features need is counted, and of which languages they are", () => {
  writeControlledRun(at("run"), CONTROL_KINDS);
  const run = openRun(at("run"));
  const found = controlFindings(bestUnderControls(run));
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(
    /^Under the controls shuffled, .*, of 3 best features .*: over half of v is lost .*\(script\) for 1: Japanese;/,
  );
  expect(found[0]).not.toMatch(/p of at most/);
  expect(found[0]).toMatch(/Whether a best feature is doubtful is judged without them/);
  expect(methodsSheet(run)).toMatch(/## Controls\n\n- shuffled: the words .*\n- romanised: /);
  expect(methodsSheet(run)).toContain(found[0]);
});

test("from few texts nothing is said of single features", () => {
  writeControlledRun(at("run"), ["romanised"], { units: 10 });
  expect(controlFindings(bestUnderControls(openRun(at("run"))))).toEqual([
    "Under the controls romanised nothing is said of single features: the texts are too few.",
  ]);
});
