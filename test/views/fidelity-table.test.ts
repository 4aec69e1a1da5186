import { expect, it } from "vitest";
import { describeFidelity } from "../../src/fidelity/describe-fidelity.js";
import { fidelityLines } from "../../src/views/fidelity-table.js";
import { textOf } from "../../src/views/line.js";
import { fidelityOf } from "../fixtures/fidelities.js";
import { metaOf, runOf } from "../fixtures/runs.js";

const languages = ["eng_Latn", "tha_Thai"];
const bare = runOf(metaOf({ languages, layers: [1] }), {
  1: [
    [1, 2],
    [-1, -2],
  ],
});
const linesOf = (lost: string[]) => {
  const run = { ...bare, fidelity: fidelityOf(languages, [1], lost) };
  return fidelityLines(run, describeFidelity(run));
};

it("is a row a layer and language, those that are not rebuilt dim, and says why", () => {
  const lines = linesOf(["1 tha_Thai"]);
  const rows = lines.filter((line) => /^ +1 {2}\w+_/.test(textOf(line)));
  expect(rows.map(textOf)).toEqual([
    "    1  eng_Latn  0.100  0.5   0.0 %             –",
    "    1  tha_Thai  0.750  0.5   0.0 %             –  unrebuilt",
  ]);
  expect(rows.map(([span]) => span?.dim === true)).toEqual([false, true]);
  expect(lines.map(textOf).join("\n")).toContain("unrebuilt: an FVU of 0.5 or more.");
});

it("explains no flag that does not occur", () => {
  expect(linesOf([]).map(textOf).join("\n")).not.toContain("unrebuilt");
});
