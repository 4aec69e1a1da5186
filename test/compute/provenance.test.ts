import { expect, test } from "vitest";
import { provenanceOf, refuseOtherProvenance } from "../../src/compute/provenance.js";
import type { PartialConfig } from "../../src/config/schema.js";
import { failureOf } from "../fixtures/failure.js";
import { loadedOf } from "../fixtures/loaded.js";
import { configOf } from "../fixtures/runs.js";
import { languageSums } from "../fixtures/sums.js";

const TEXTS = [{ id: "1", sha256: "aa" }];
const provenance = (
  config: PartialConfig = {},
  loaded: Parameters<typeof loadedOf>[0] = {},
  texts = TEXTS,
) => provenanceOf(configOf(config), loadedOf(loaded), texts);
const keptWith = (made: Record<string, string>) => ({
  ...languageSums("tha_Thai", {}, 1),
  provenance: made,
});

test("sums that were made alike are kept", () => {
  expect(() => refuseOtherProvenance(keptWith(provenance()), provenance(), "run")).not.toThrow();
});

const [MODEL, DICTIONARY] = [loadedOf().model, loadedOf().dictionaries[0] as object];
test.each<[string, ReturnType<typeof provenance>, string, string]>([
  [
    "model",
    provenance({}, { model: { ...MODEL, revision: "new" } }),
    "tiny/model@abc",
    "tiny/model@new",
  ],
  [
    "dictionary of layer 1",
    provenance({}, { dictionaries: [{ ...DICTIONARY, revision: "new" } as never] }),
    "tiny-saes layer_1@def",
    "tiny-saes layer_1@new",
  ],
  ["device", provenance({}, { device_name: "Other CPU" }), "Some CPU", "Other CPU"],
  ["dtype", provenance({}, { dtype: "bfloat16" }), "float32", "bfloat16"],
  ["threads", provenance({}, { threads: 4 }), "2", "4"],
  ["torch", provenance({}, { versions: { python: "3.11.7", torch: "3" } }), "2.9.0", "3"],
  ["torch", provenance({}, { versions: { python: "3.11.7" } }), "2.9.0", "(none)"],
  ["special_tokens", provenance({ special_tokens: "keep" }), "drop", "keep"],
  ["first_token", provenance({ first_token: "keep" }), "drop", "keep"],
  ["deterministic", provenance({ deterministic: true }), "(none)", "true"],
  ["batch_tokens", provenance({ batch_tokens: 7 }), "4096", "7"],
])("another %s is refused, with both values", (key, today, then, now) => {
  const error = failureOf(() => refuseOtherProvenance(keptWith(provenance()), today, "run"));
  expect(error.exitCode).toBe(2);
  expect(error.message).toContain(
    `the finished sums of tha_Thai in run were made with ${key} ${then}, now it is ${now}.`,
  );
});

test("other texts are refused", () => {
  const today = provenance({}, {}, [{ id: "1", sha256: "ab" }]);
  const error = failureOf(() => refuseOtherProvenance(keptWith(provenance()), today, "run"));
  expect(error.message).toContain("were made with texts ");
});
