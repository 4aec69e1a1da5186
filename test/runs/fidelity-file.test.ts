import { writeFileSync } from "node:fs";
import { expect, it, test } from "vitest";
import {
  Fidelity,
  fidelityText,
  isNotRebuilt,
  knownFvu,
  misfitOfFidelity,
  notRebuiltWarnings,
  ofLanguages,
} from "../../src/runs/fidelity-file.js";
import { RUN_FILES } from "../../src/runs/files.js";
import { openRun } from "../../src/runs/read.js";
import { failureOf } from "../fixtures/failure.js";
import { fidelityOf } from "../fixtures/fidelities.js";
import { metaOf, runOf, writeRun } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const codes = ["eng_Latn", "tha_Thai"];
const fidelity = fidelityOf(codes, [1, 2], ["2 tha_Thai"]);

it("comes back as it was written", () => {
  expect(Fidelity.parse(JSON.parse(fidelityText(fidelity)))).toEqual(fidelity);
});

it("knows which languages a layer's dictionary does not rebuild", () => {
  expect(knownFvu(fidelity, 1, "tha_Thai")).toBe(0.1);
  expect([1, 2].map((layer) => isNotRebuilt({ fidelity }, layer, "tha_Thai"))).toEqual([
    false,
    true,
  ]);
  expect(notRebuiltWarnings(fidelity)).toEqual([
    "layer 2: its dictionary leaves more than it explains of tha_Thai (FVU 0.75); what it finds there is not to be trusted",
  ]);
  // Nor is a language of which too few tokens were looked at.
  const few = structuredClone(fidelity);
  Object.assign(few.layers[1]?.languages.tha_Thai ?? {}, { tokens: 49 });
  expect(isNotRebuilt({ fidelity: few }, 2, "tha_Thai")).toBe(false);
  expect(knownFvu(few, 2, "tha_Thai")).toBeNull();
  expect(notRebuiltWarnings(few)).toEqual([]);
  // Where nobody looked, nothing is held against anybody.
  expect(isNotRebuilt({ fidelity: null }, 2, "tha_Thai")).toBe(false);
  expect(isNotRebuilt({ fidelity }, 7, "tha_Thai")).toBe(false);
});

it("over fewer languages says nothing of the others", () => {
  const less = ofLanguages(fidelity, ["tha_Thai"]);
  expect(less.texts).toEqual({ tha_Thai: 8 });
  expect(notRebuiltWarnings(less)).toEqual(notRebuiltWarnings(fidelity));
});

it("must be of the run's languages and layers", () => {
  const run = { model_revision: null, texts_sha256: {} };
  const of = (languages: string[], layers: number[]) =>
    misfitOfFidelity(fidelity, { ...run, languages, layers });
  const other = { ...run, languages: codes, layers: [2] };
  expect(misfitOfFidelity(fidelity, { ...other, model_revision: "b" })).toMatch(/another revision/);
  expect(misfitOfFidelity(fidelity, { ...other, texts_sha256: { tha_Thai: "x" } })).toBe(
    "it is of other texts in tha_Thai",
  );
  expect(of(codes, [2])).toBeNull();
  expect(of(["fra_Latn"], [1])).toBe("it has no fra_Latn");
  expect(of(codes, [1, 3])).toMatch(/^it has no layer 3/);
});

test.each([
  ["{", "fidelity.json is broken: it is not JSON. Delete it: the run is whole without it"],
  ['{"schema_version": 2}', "does not have the form of this version"],
  [fidelityText(fidelityOf(codes, [9])), "it has no layer 1"],
  [
    fidelityText(fidelityOf(codes, [1])).replaceAll('"error": 20', '"error": -5'),
    "does not have the form",
  ],
])("a run in which it is %s is not opened", (content, words) => {
  const run = runOf(metaOf({ languages: codes, layers: [1] }), {
    1: [
      [1, 2],
      [-1, -2],
    ],
  });
  writeRun(at("run"), run);
  expect(openRun(at("run")).fidelity).toBeNull();
  writeFileSync(at("run", RUN_FILES.fidelity), content);
  const failure = failureOf(() => openRun(at("run")));
  expect(failure.message).toContain(words);
});

test("what is read back is written to the same byte, whatever the order of its keys was", () => {
  const text = fidelityText(fidelityOf(["eng_Latn", "fra_Latn"], [1, 2]));
  const { of, ...rest } = Fidelity.parse(JSON.parse(text));
  expect(fidelityText({ ...rest, of })).toBe(text);
});
