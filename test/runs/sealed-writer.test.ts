import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Tensor, tensor } from "../../src/engine/safetensors.js";
import { textHash } from "../../src/plan.js";
import { encodeSealed } from "../../src/runs/sealed-file.js";
import { fileHash, SealedReader } from "../../src/runs/sealed-reader.js";
import { SealedWriter } from "../../src/runs/sealed-writer.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

const arbitraryTensors = fc
  .uniqueArray(
    fc.record({
      name: fc.string({ minLength: 1, unit: "grapheme-ascii" }),
      wide: fc.boolean(),
      numbers: fc.array(fc.float({ noNaN: true }), { maxLength: 5 }),
    }),
    { selector: ({ name }) => name, maxLength: 6 },
  )
  .map(
    (each) =>
      new Map(
        each
          .filter(({ name }) => name !== "__metadata__" && name !== "__proto__")
          .sort((a, b) => Number(b.wide) - Number(a.wide))
          .map(({ name, wide, numbers }): [string, Tensor] => [
            name,
            wide
              ? tensor("F64", [numbers.length], Float64Array.from(numbers))
              : tensor("F32", [1, numbers.length], Float32Array.from(numbers)),
          ]),
      ),
  );

test("tensor by tensor the same bytes are written as in one piece, whichever are written anew", async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryTensors, fc.nat(), async (tensors, salt) => {
      const writer = new SealedWriter(at("file"));
      for (const [at, [name, each]] of [...tensors].entries()) {
        const isLate = (at + salt) % 2 === 0;
        writer.put(name, isLate ? { ...each, data: each.data.slice().fill(7 as never) } : each);
      }
      for (const [name, each] of tensors) {
        writer.replace(name, each.data);
        expect(writer.take(name, each.dtype)).toEqual(each.data);
      }
      await writer.finish({ schema: "1" });
      const bytes = readFileSync(at("file"));
      expect(bytes.equals(encodeSealed(tensors, { schema: "1" }))).toBe(true);
      expect(fileHash(at("file"))).toBe(textHash(bytes));
      expect(readdirSync(at())).toEqual(["file"]);
      const reader = new SealedReader(at("file"));
      expect(reader.metadata).toEqual({ schema: "1" });
      for (const [name, { dtype, shape, data }] of tensors)
        expect(reader.take(name, dtype, shape)).toEqual(data);
    }),
  );
});

test("what is not finished is nowhere, once it is closed", () => {
  const writer = new SealedWriter(at("file"));
  writer.put("a", tensor("F32", [1], Float32Array.of(1)));
  expect(readdirSync(at())).toHaveLength(1);
  writer.close();
  writer.close();
  expect(readdirSync(at())).toEqual([]);
});

test("an order that the file would not have, a name twice, and other sizes are refused", async () => {
  const writer = new SealedWriter(at("file"));
  writer.put("narrow", tensor("F32", [1], Float32Array.of(1)));
  expect(() => writer.put("narrow", tensor("F32", [0], new Float32Array(0)))).toThrow("put twice");
  expect(() => writer.replace("narrow", Float32Array.of(1, 2))).toThrow(/found 8 .* expected 4/);
  expect(() => writer.replace("none", Float32Array.of(1))).toThrow("none");
  expect(() => writer.take("narrow", "F64")).toThrow("expected F64");
  writer.put("wide", tensor("F64", [1], Float64Array.of(1)));
  await expect(writer.finish({})).rejects.toThrow("falling element size");
  writer.close();
});

test("a place that cannot be written is named, with what to do", () => {
  expect(() => new SealedWriter(at("nowhere", "file"))).toThrow(/cannot be written: .* again/);
});

test("any damage to a sealed file is found when it is opened", () => {
  const whole = encodeSealed(new Map([["a", tensor("F32", [2], Float32Array.of(1, 2))]]), {});
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (place, bits) => {
      const damaged = whole.slice();
      damaged[place] = (damaged[place] as number) ^ bits;
      writeFileSync(at("damaged"), damaged);
      writeFileSync(at("cut"), whole.subarray(0, place));
      expect(() => new SealedReader(at("cut"))).toThrow();
      // In the padding of the header, and where a number is spelled otherwise, nothing is said by a byte.
      const read = () => [...new SealedReader(at("damaged")).take("a", "F32", [2])];
      let found: number[];
      try {
        found = read();
      } catch {
        return;
      }
      expect(found).toEqual([1, 2]);
    }),
  );
});
