import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  decodePartSums,
  encodePartSums,
  type PartSums,
  writePartSumsFile,
} from "../../src/runs/part-sums-file.js";
import { encodeSums, openSumsFile } from "../../src/runs/sums-file.js";
import { languageSums } from "../fixtures/sums.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

const numbers = (...values: number[]) => Uint32Array.from(values);
const floats = (...values: number[]) => Float32Array.from(values);
const NOTHING = { feature: numbers(), value: floats(), uncounted: floats() };

/** Two of three texts of a language, one of which has nothing at its first position. */
const sums = (): PartSums => ({
  language: "tha_Thai",
  provenance: { model: "tiny@1" },
  texts: ["a", "b", "c"].map((id) => ({ id, sha256: id.repeat(16), document: `of ${id}` })),
  tokens: numbers(4, 2, 3),
  own: numbers(0, 2),
  counted: numbers(3, 2),
  layers: new Map(
    [9, 2].map((layer) => [
      layer,
      {
        features: 6,
        texts: [
          {
            ...{ feature: numbers(1, 5), sum: floats(1.5, -2), active: numbers(2, 1) },
            ...{ max: floats(1, -2), where: numbers(1, 3) },
            first: { feature: numbers(0, 5), value: floats(8, 0.1), uncounted: floats(8, 0) },
          },
          {
            ...{ feature: numbers(3), sum: floats(layer), active: numbers(1) },
            ...{ max: floats(layer), where: numbers(2), first: NOTHING },
          },
        ],
      },
    ]),
  ),
});

describe("the sums of a part", () => {
  test("read back the same, layers in config order, and are the same bytes each time", () => {
    const read = decodePartSums(encodePartSums(sums()));
    expect(read).toEqual(sums());
    expect([...read.layers.keys()]).toEqual([9, 2]);
    expect(encodePartSums(sums())).toEqual(encodePartSums(sums()));
  });

  test("that are written layer by layer are the same file", async () => {
    await writePartSumsFile(at("part"), sums());
    expect(readFileSync(at("part"))).toEqual(Buffer.from(encodePartSums(sums())));
    expect(readdirSync(at())).toEqual(["part"]);
  });

  test("are not taken for those of a run, nor those of a run for a part's", () => {
    writeFileSync(at("sums"), encodePartSums(sums()));
    expect(() => openSumsFile(at("sums"))).toThrow();
    const whole = encodeSums(languageSums("tha_Thai", { 1: [[]] }, 2));
    expect(() => decodePartSums(whole)).toThrow();
  });

  test("with a byte changed are refused", () => {
    const bytes = Uint8Array.from(encodePartSums(sums()));
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    expect(() => decodePartSums(bytes)).toThrow("its content is not what was written");
  });
});
