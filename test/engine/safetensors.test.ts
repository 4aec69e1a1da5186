import { readFile, writeFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Dtype,
  decodeSafetensors,
  MAX_HEADER_BYTES,
  parseHeader,
  parseHeaderLength,
  SafetensorsError,
  type Tensor,
  takeTensor,
  tensor,
} from "../../src/engine/safetensors.js";
import { encodeSafetensors } from "../../src/engine/write-safetensors.js";
import { runPython } from "../fixtures/python.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

const SAMPLES: Record<string, Tensor> = {
  f64: tensor("F64", [2, 2], Float64Array.of(1 / 3, -0, 1e300, 5e-324)),
  f32: tensor("F32", [3], Float32Array.of(1.5, -2, 1e-45)),
  i64: tensor("I64", [2], BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n)),
  u64: tensor("U64", [1], BigUint64Array.of(2n ** 64n - 1n)),
  i32: tensor("I32", [1, 2], Int32Array.of(-(2 ** 31), 7)),
  u32: tensor("U32", [1], Uint32Array.of(2 ** 32 - 1)),
  i16: tensor("I16", [1], Int16Array.of(-32768)),
  u16: tensor("U16", [1], Uint16Array.of(65535)),
  i8: tensor("I8", [3], Int8Array.of(-128, 0, 127)),
  u8: tensor("U8", [1], Uint8Array.of(255)),
  f16: tensor("F16", [2], Uint16Array.of(0x3c00, 0xc000)),
  bf16: tensor("BF16", [2], Uint16Array.of(0x3f80, 0xc000)),
  bool: tensor("BOOL", [3], Uint8Array.of(1, 0, 1)),
  empty: tensor("F32", [0, 4], new Float32Array(0)),
  scalar: tensor("F32", [], Float32Array.of(42)),
};

/** A file from its parts; the header as text or bytes. */
function blobOf(header: string | Uint8Array, body = 0, length?: number): Uint8Array {
  const bytes = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const blob = new Uint8Array(8 + bytes.length + body);
  new DataView(blob.buffer).setBigUint64(0, BigInt(length ?? bytes.length), true);
  blob.set(bytes, 8);
  return blob;
}

const entry = (dtype: string, shape: number[], start: number, end: number) => ({
  dtype,
  shape,
  data_offsets: [start, end],
});

const refusal = (blob: Uint8Array) => {
  try {
    decodeSafetensors(blob);
  } catch (error) {
    if (error instanceof SafetensorsError) return error.message;
    throw error;
  }
  return "accepted";
};

describe("against Python's safetensors", () => {
  test("what Python writes is read, value for value", async () => {
    await runPython(
      `
import sys, torch
from safetensors.torch import save_file
save_file({
    "f64": torch.tensor([[1/3, -0.0], [1e300, 5e-324]], dtype=torch.float64),
    "f32": torch.tensor([1.5, -2, 1e-45], dtype=torch.float32),
    "i64": torch.tensor([-2**63, 2**63 - 1], dtype=torch.int64),
    "u64": torch.tensor([2**64 - 1], dtype=torch.uint64),
    "i32": torch.tensor([[-2**31, 7]], dtype=torch.int32),
    "u32": torch.tensor([2**32 - 1], dtype=torch.uint32),
    "i16": torch.tensor([-32768], dtype=torch.int16),
    "u16": torch.tensor([65535], dtype=torch.uint16),
    "i8": torch.tensor([-128, 0, 127], dtype=torch.int8),
    "u8": torch.tensor([255], dtype=torch.uint8),
    "f16": torch.tensor([1, -2], dtype=torch.float16),
    "bf16": torch.tensor([1, -2], dtype=torch.bfloat16),
    "bool": torch.tensor([True, False, True]),
    "empty": torch.zeros(0, 4),
    "scalar": torch.tensor(42.0),
}, sys.argv[1], metadata={"kind": "prüfung", "job": "1"})
`,
      [at("python.safetensors")],
    );
    const { metadata, tensors } = decodeSafetensors(await readFile(at("python.safetensors")));
    expect(metadata).toEqual({ kind: "prüfung", job: "1" });
    expect(Object.fromEntries(tensors)).toEqual(SAMPLES);
  });

  test("what we write is read by Python, value for value", async () => {
    const blob = encodeSafetensors(new Map(Object.entries(SAMPLES)), { kind: "prüfung" });
    await writeFile(at("ours.safetensors"), blob);
    const told = await runPython(
      `
import json, sys
from safetensors import safe_open
with safe_open(sys.argv[1], "pt") as f:
    out = {"metadata": f.metadata()}
    for name in f.keys():
        t = f.get_tensor(name)
        values = [float(v).hex() if t.is_floating_point() else str(int(v)) for v in t.flatten().tolist()]
        out[name] = [str(t.dtype), list(t.shape), values]
print(json.dumps(out))
`,
      [at("ours.safetensors")],
    );
    expect(JSON.parse(told)).toEqual({
      metadata: { kind: "prüfung" },
      f64: [
        "torch.float64",
        [2, 2],
        ["0x1.5555555555555p-2", "-0x0.0p+0", "0x1.7e43c8800759cp+996", "0x0.0000000000001p-1022"],
      ],
      f32: [
        "torch.float32",
        [3],
        ["0x1.8000000000000p+0", "-0x1.0000000000000p+1", "0x1.0000000000000p-149"],
      ],
      i64: ["torch.int64", [2], ["-9223372036854775808", "9223372036854775807"]],
      u64: ["torch.uint64", [1], ["18446744073709551615"]],
      i32: ["torch.int32", [1, 2], ["-2147483648", "7"]],
      u32: ["torch.uint32", [1], ["4294967295"]],
      i16: ["torch.int16", [1], ["-32768"]],
      u16: ["torch.uint16", [1], ["65535"]],
      i8: ["torch.int8", [3], ["-128", "0", "127"]],
      u8: ["torch.uint8", [1], ["255"]],
      f16: ["torch.float16", [2], ["0x1.0000000000000p+0", "-0x1.0000000000000p+1"]],
      bf16: ["torch.bfloat16", [2], ["0x1.0000000000000p+0", "-0x1.0000000000000p+1"]],
      bool: ["torch.bool", [3], ["1", "0", "1"]],
      empty: ["torch.float32", [0, 4], []],
      scalar: ["torch.float32", [], ["0x1.5000000000000p+5"]],
    });
  });
});

describe("reading", () => {
  test("a header that leaves the body unaligned is read all the same", () => {
    const header = JSON.stringify({ x: entry("F64", [1], 0, 8) });
    const unaligned = header + " ".repeat((16 - (header.length % 8) + 3) % 8);
    const blob = blobOf(unaligned, 8);
    new DataView(blob.buffer).setFloat64(8 + unaligned.length, 0.1, true);
    expect((8 + unaligned.length) % 8).not.toBe(0);
    expect(takeTensor(decodeSafetensors(blob), "x", "F64")).toEqual(Float64Array.of(0.1));
  });

  test("a file that begins anywhere within a larger buffer is read", () => {
    const blob = encodeSafetensors(new Map([["x", tensor("U64", [1], BigUint64Array.of(9n))]]));
    const larger = new Uint8Array(blob.length + 3);
    larger.set(blob, 3);
    expect(takeTensor(decodeSafetensors(larger.subarray(3)), "x", "U64")).toEqual(
      BigUint64Array.of(9n),
    );
  });

  test("an aligned tensor is a view of the file's bytes, not a copy", () => {
    const blob = encodeSafetensors(new Map([["x", tensor("F32", [1], Float32Array.of(1))]]));
    expect(takeTensor(decodeSafetensors(blob), "x", "F32").buffer).toBe(blob.buffer);
  });

  test.each<[string, Uint8Array, RegExp]>([
    ["no length at all", new Uint8Array(5), /5 bytes, expected at least 8/],
    ["a length too small", blobOf("{}", 0, 1), /header length 1 is not within/],
    ["a length too big", blobOf("{}", 0, MAX_HEADER_BYTES + 1), /header length 16777217 is not/],
    ["a file that ends in its header", blobOf("{}", 0, 50), /ends within its header/],
    ["a header that is not JSON", blobOf("{x}"), /not UTF-8 JSON/],
    ["a header that is not UTF-8", blobOf(Uint8Array.of(0x22, 0xff, 0x22)), /not UTF-8 JSON/],
    ["a header that is no object", blobOf("[1]"), /header entry/],
    ["an unknown dtype", blobOf(JSON.stringify({ x: entry("F8", [1], 0, 1) }), 1), /x\.dtype/],
    [
      "an unknown key",
      blobOf(JSON.stringify({ x: { ...entry("U8", [1], 0, 1), order: "C" } }), 1),
      /header entry x: .*order/,
    ],
    ["a missing key", blobOf(JSON.stringify({ x: { dtype: "U8", shape: [0] } })), /data_offsets/],
    ["a negative size", blobOf(JSON.stringify({ x: entry("U8", [-1], 0, 1) }), 1), /x\.shape/],
    ["metadata that is not text", blobOf('{"__metadata__":{"a":1}}'), /__metadata__\.a/],
    [
      "a gap",
      blobOf(JSON.stringify({ x: entry("U8", [1], 0, 1), y: entry("U8", [1], 2, 3) }), 3),
      /y begins at 2, expected 1/,
    ],
    [
      "an overlap",
      blobOf(JSON.stringify({ x: entry("U8", [2], 0, 2), y: entry("U8", [2], 1, 3) }), 3),
      /y begins at 1, expected 2/,
    ],
    [
      "a size that is not the shape's",
      blobOf(JSON.stringify({ x: entry("F32", [2], 0, 4) }), 4),
      /x has 4 bytes, expected 8/,
    ],
    ["a body cut short", blobOf(JSON.stringify({ x: entry("U8", [2], 0, 2) }), 1), /has 1 bytes/],
    [
      "bytes after the body",
      blobOf(JSON.stringify({ x: entry("U8", [2], 0, 2) }), 3),
      /has 3 byte/,
    ],
  ])("%s is refused", (_, blob, words) => {
    expect(refusal(blob)).toMatch(words);
  });

  test("header lengths from 2 to 16 MiB are allowed, no others", () => {
    const lengthOf = (n: bigint) => {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setBigUint64(0, n, true);
      return bytes;
    };
    expect(parseHeaderLength(lengthOf(2n))).toBe(2);
    expect(parseHeaderLength(lengthOf(BigInt(MAX_HEADER_BYTES)))).toBe(MAX_HEADER_BYTES);
    expect(() => parseHeaderLength(lengthOf(2n ** 64n - 1n))).toThrow(SafetensorsError);
  });

  test("takeTensor names what is missing, and dtype and shape that differ", () => {
    const blob = decodeSafetensors(
      encodeSafetensors(new Map([["x", tensor("F32", [2], new Float32Array(2))]])),
    );
    expect(() => takeTensor(blob, "y", "F32")).toThrow("tensor y is missing; there are: x");
    expect(() => takeTensor(blob, "x", "U32")).toThrow("x is F32[2], expected U32");
    expect(() => takeTensor(blob, "x", "F32", [1, 2])).toThrow("x is F32[2], expected F32[1,2]");
  });
});

describe("writing", () => {
  const arbitraryTensor: fc.Arbitrary<Tensor> = fc
    .tuple(fc.array(fc.nat(3), { maxLength: 3 }), fc.constantFrom(...Object.keys(SAMPLES)))
    .chain(([shape, sample]) => {
      const { dtype, data } = SAMPLES[sample] as Tensor;
      const length = shape.reduce((product, n) => product * n, 1);
      const ArrayType = data.constructor as new (buffer: ArrayBuffer) => Tensor["data"];
      return fc
        .uint8Array({
          minLength: length * data.BYTES_PER_ELEMENT,
          maxLength: length * data.BYTES_PER_ELEMENT,
        })
        .map((bytes) => ({ dtype, shape, data: new ArrayType(bytes.slice().buffer) }) as Tensor);
    });
  // Not escaped: once it has read an object with the key \, JSON.parse of Node 24 takes the key " for it.
  const plain = fc.string({ minLength: 1 }).filter((name) => !/["\\]/.test(name));
  const arbitraryFile = fc.tuple(
    fc
      .uniqueArray(fc.tuple(plain, arbitraryTensor), {
        selector: ([name]) => name,
        maxLength: 5,
      })
      .filter((all) => all.every(([name]) => !name.startsWith("__"))),
    // Metadata are parsed into an object, where this one key is no key.
    fc.dictionary(
      plain.filter((key) => key !== "__proto__"),
      fc.string({ unit: "binary" }),
      {
        noNullPrototype: true,
        maxKeys: 3,
      },
    ),
  );
  const bytesOf = ({ data }: Tensor) =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex");
  const whole = (metadata: object, tensors: Iterable<[string, Tensor]>) => ({
    metadata: { ...metadata },
    tensors: [...tensors]
      .map(([name, each]) => ({ name, dtype: each.dtype, shape: each.shape, bytes: bytesOf(each) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  });

  test("what is written reads back the same, bit for bit", () => {
    fc.assert(
      fc.property(arbitraryFile, ([tensors, metadata]) => {
        const read = decodeSafetensors(encodeSafetensors(new Map(tensors), metadata));
        expect(whole(read.metadata, read.tensors)).toEqual(whole(metadata, tensors));
      }),
    );
  });

  test("the same arguments give the same bytes, and every tensor is aligned to its element", () => {
    fc.assert(
      fc.property(arbitraryFile, ([tensors, metadata]) => {
        const blob = encodeSafetensors(new Map(tensors), metadata);
        expect(encodeSafetensors(new Map(tensors), metadata)).toEqual(blob);
        const length = parseHeaderLength(blob);
        expect(length % 8).toBe(0);
        const sizes: Partial<Record<Dtype, number>> = {};
        for (const [, { dtype, data }] of tensors) sizes[dtype] = data.BYTES_PER_ELEMENT;
        for (const { dtype, start } of parseHeader(blob.subarray(8, 8 + length)).entries)
          expect((8 + length + start) % (sizes[dtype] ?? 0)).toBe(0);
      }),
    );
  });

  test("values that do not fit their shape are refused", () => {
    expect(() =>
      encodeSafetensors(new Map([["x", tensor("F32", [3], new Float32Array(2))]])),
    ).toThrow("tensor x holds 2 values, its shape [3] 3");
  });
});
