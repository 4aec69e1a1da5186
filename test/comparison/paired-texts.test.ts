import { cpSync, writeFileSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { compareControls } from "../../src/comparison/controls.js";
import { controlsOf, openControl } from "../../src/runs/controls.js";
import { sumsFile } from "../../src/runs/files.js";
import { rankedBy } from "../../src/runs/rank-by.js";
import { openRun } from "../../src/runs/read.js";
import { encodeSums, type LanguageSums, openSumsFile } from "../../src/runs/sums-file.js";
import { writeControlledRun } from "../fixtures/controlled-run.js";
import { failureOf } from "../fixtures/failure.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
beforeEach(() => writeControlledRun(at("run"), ["shuffled", "romanised"]));

function compare() {
  const run = rankedBy(openRun(at("run")), "margin");
  const runs = new Map(controlsOf(run).map((kind) => [kind, openControl(run, kind)]));
  return compareControls(run, runs, { topK: 1 });
}

const copySums = (from: string, to: string) =>
  cpSync(at("run", from), at("run", to), { recursive: true });

function changeSums(folder: string, change: (sums: LanguageSums) => LanguageSums): void {
  const file = at(folder, sumsFile("fra_Latn"));
  writeFileSync(file, encodeSums(change(openSumsFile(file))));
}

test("sums that lie where they were made are compared, by whatever measure features are ranked", () => {
  expect(compare().features).toHaveLength(3);
});

test.each([
  [
    "of another control",
    ["controls/romanised/sums", "controls/shuffled/sums"],
    /made under the control romanised with seed 0\. Expected the control shuffled with seed 0, .* --kind shuffled --overwrite$/,
  ],
  [
    "of the run itself",
    ["sums", "controls/romanised/sums"],
    /made under no control\. Expected the control romanised with seed 0, .* --kind romanised --overwrite$/,
  ],
  [
    "of a control, in the run's own folder",
    ["controls/shuffled/sums", "sums"],
    /made under the control shuffled with seed 0\. Expected no control, .* compute the run anew with --overwrite\.$/,
  ],
] as const)("sums %s are refused", (_, [from, to], words) => {
  copySums(from, to);
  expect(failureOf(compare).message).toMatch(words);
});

test("sums that were shuffled by another seed are refused", () => {
  changeSums("run/controls/shuffled", (sums) => ({
    ...sums,
    provenance: { ...sums.provenance, seed: "7" },
  }));
  expect(failureOf(compare).message).toMatch(
    /sums\/fra_Latn\.safetensors .* the control shuffled with seed 7\. Expected .* with seed 0/,
  );
});

test.each([
  ["run", /anew with --overwrite\.$/],
  ["run/controls/shuffled", /--kind shuffled --overwrite$/],
])("sums that give another v than is ranked are refused: %s", (folder, wayOut) => {
  changeSums(folder, (sums) => ({
    ...sums,
    layers: new Map(
      [...sums.layers].map(([layer, each]) => [
        layer,
        { ...each, sum: each.sum.map((x) => x * 1.00001) },
      ]),
    ),
  }));
  const { message } = failureOf(compare);
  expect(message).toMatch(/v of feature \d of \w+ at layer 1 is [-\d.]+; it is ranked there with/);
  expect(message).toMatch(wayOut);
});
