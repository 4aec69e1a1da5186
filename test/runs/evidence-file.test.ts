import { expect, it } from "vitest";
import { decodeEvidence } from "../../src/runs/evidence-file.js";
import { encodeEvidence, evidenceOf } from "../fixtures/evidence.js";

it("evidence comes back from its bytes, what is not known too", () => {
  const evidence = evidenceOf(["eng_Latn", "spa_Latn"], 3, 2);
  expect(decodeEvidence(encodeEvidence(evidence))).toEqual(evidence);
});

it("damage is found", () => {
  const bytes = encodeEvidence(evidenceOf(["eng_Latn", "spa_Latn"], 3, 2));
  expect(() => decodeEvidence(bytes.subarray(0, bytes.length - 4))).toThrow();
  const changed = bytes.slice();
  changed[changed.length - 1] = (changed.at(-1) as number) ^ 1;
  expect(() => decodeEvidence(changed)).toThrow();
});
