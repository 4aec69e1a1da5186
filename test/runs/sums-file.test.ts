import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { LayerTextSums } from "../../src/reduce/text-sums.js";
import { Room } from "../../src/room.js";
import {
  encodeSums,
  type LanguageSums,
  openSumsFile,
  writeSumsFile,
} from "../../src/runs/sums-file.js";
import { arbitraryTexts, FEATURES } from "../fixtures/arbitrary-texts.js";
import { token } from "../fixtures/frames.js";
import { languageSums } from "../fixtures/sums.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

/** Writes sums and opens their file. */
function stored(sums: LanguageSums): LanguageSums {
  writeFileSync(at("sums"), encodeSums(sums));
  return openSumsFile(at("sums"));
}

test("what is stored reads back the same, layers in config order", () => {
  fc.assert(
    fc.property(arbitraryTexts, (texts) => {
      const sums = languageSums("tha_Thai", { 0: texts, 7: texts.toReversed() }, FEATURES);
      const written = { ...sums, layers: new Map([...sums.layers].reverse()) };
      const read = stored(written);
      expect({ ...read, layers: new Map(read.layers) }).toEqual(written);
      expect([...read.layers.keys()]).toEqual([7, 0]);
      expect(read.layers.get(7)).toEqual(written.layers.get(7));
      expect(read.layers.get(1)).toBeUndefined();
    }),
  );
});

test("layers that are read into the same memory, one after the other, are the same", () => {
  fc.assert(
    fc.property(fc.array(arbitraryTexts, { minLength: 1, maxLength: 4 }), (layers) => {
      const longest = Math.max(...layers.map(({ length }) => length));
      const alike = layers.map((texts) => [...texts, ...Array(longest - texts.length).fill([])]);
      const { layers: read } = stored(languageSums("tha_Thai", { ...alike }, FEATURES));
      const room = new Room();
      for (const layer of read.keys()) expect(read.get(layer, room)).toEqual(read.get(layer));
    }),
  );
});

test("what was read and is stored again is the same file", () => {
  const sums = languageSums("eng_Latn", { 1: [[token(0, [2, 1.5])], []], 4: [[], []] }, 3);
  expect(encodeSums(stored(sums))).toEqual(encodeSums(sums));
});

test("a file that is written layer by layer is the same", async () => {
  const sums = languageSums("eng_Latn", { 1: [[token(0, [2, 1.5])], []], 4: [[], []] }, 3);
  await writeSumsFile(at("written"), sums);
  expect(readFileSync(at("written"))).toEqual(Buffer.from(encodeSums(sums)));
  expect(readdirSync(at())).toEqual(["written"]);
});

test("the same sums give the same bytes", () => {
  const build = () => languageSums("eng_Latn", { 1: [[token(0, [2, 1.5])], []] }, 3);
  expect(encodeSums(build())).toEqual(encodeSums(build()));
});

test("a file cut anywhere is refused", () => {
  const bytes = encodeSums(languageSums("eng_Latn", { 1: [[token(0, [2, 1.5])]] }, 3));
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), (length) => {
      writeFileSync(at("cut"), bytes.subarray(0, length));
      expect(() => openSumsFile(at("cut"))).toThrow();
    }),
  );
});

test("sums whose file is another one now are refused, never mixed", () => {
  const first = stored(languageSums("eng_Latn", { 1: [[token(0, [2, 1.5])]] }, 3));
  const sums = first.layers.get(1) as LayerTextSums;
  expect([...sums.sum]).toEqual([1.5]);
  const bytes = readFileSync(at("sums"));
  writeFileSync(at("sums"), new Uint8Array([...bytes, 0]));
  expect(() => first.layers.get(1)).toThrow("changed while it was being read");
});
