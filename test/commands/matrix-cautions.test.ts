import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { matrixCautions } from "../../src/commands/matrix-cautions.js";
import { INTERACTION_FILE } from "../../src/experiments/interactions/interaction-matrix.js";
import { factsOf } from "../fixtures/ablations.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const said = (is_enough: boolean) =>
  writeFileSync(
    at("result.json"),
    JSON.stringify({ is_enough, evaluation: factsOf(["eng_Latn"], { fewest: 4 }) }),
  );

test("a matrix from too few texts stays one", () => {
  said(false);
  expect(matrixCautions(at(INTERACTION_FILE))).toEqual([expect.stringContaining("Only 4 texts")]);
  said(true);
  expect(matrixCautions(at(INTERACTION_FILE))).toEqual([]);
});

test("of a matrix that is not ours nothing is known", () => {
  expect(matrixCautions(at(INTERACTION_FILE))).toEqual([]);
  said(false);
  expect(matrixCautions(at("theirs.csv"))).toEqual([]);
});
