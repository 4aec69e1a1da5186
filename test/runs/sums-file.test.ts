import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeSums, encodeSums } from "../../src/runs/sums-file.js";
import { arbitraryTexts, FEATURES } from "../fixtures/arbitrary-texts.js";
import { token } from "../fixtures/frames.js";
import { languageSums } from "../fixtures/sums.js";

test("what is stored reads back the same, layers in config order", () => {
  fc.assert(
    fc.property(arbitraryTexts, (texts) => {
      const sums = languageSums("tha_Thai", { 0: texts, 7: texts.toReversed() }, FEATURES);
      const stored = { ...sums, layers: new Map([...sums.layers].reverse()) };
      const read = decodeSums(encodeSums(stored));
      expect(read).toEqual(stored);
      expect([...read.layers.keys()]).toEqual([7, 0]);
    }),
  );
});

test("the same sums give the same bytes", () => {
  const build = () => languageSums("eng_Latn", { 1: [[token(0, [2, 1.5])], []] }, 3);
  expect(encodeSums(build())).toEqual(encodeSums(build()));
});

test("a file cut anywhere is refused", () => {
  const bytes = encodeSums(languageSums("eng_Latn", { 1: [[token(0, [2, 1.5])]] }, 3));
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), (length) => {
      expect(() => decodeSums(bytes.subarray(0, length))).toThrow();
    }),
  );
});
