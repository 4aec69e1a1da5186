import { writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { openEvidenceFile } from "../../src/runs/evidence-file.js";
import { encodeEvidence, evidenceOf } from "../fixtures/evidence.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

function stored(bytes: Uint8Array) {
  writeFileSync(at("evidence"), bytes);
  const { facts, features, layers } = openEvidenceFile(at("evidence"));
  return { facts, features, layers: new Map(layers) };
}

it("evidence comes back from its file, what is not known too", () => {
  const evidence = evidenceOf(["eng_Latn", "spa_Latn"], 3, 2, [7, 3]);
  const features = new Map([
    [7, 3],
    [3, 3],
  ]);
  expect(stored(encodeEvidence(evidence))).toEqual({ ...evidence, features });
});

it("damage is found", () => {
  const bytes = encodeEvidence(evidenceOf(["eng_Latn", "spa_Latn"], 3, 2));
  expect(() => stored(bytes.subarray(0, bytes.length - 4))).toThrow();
  const changed = bytes.slice();
  changed[changed.length - 1] = (changed.at(-1) as number) ^ 1;
  expect(() => stored(changed)).toThrow();
});
