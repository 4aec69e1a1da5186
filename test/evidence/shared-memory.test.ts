import fc from "fast-check";
import { expect, test } from "vitest";
import { inSharedMemory } from "../../src/evidence/shared-memory.js";

const arrays = fc.oneof(fc.float64Array(), fc.uint16Array(), fc.int32Array(), fc.uint8Array());
const values = fc.record({
  arrays: fc.array(arrays),
  nested: fc.record({
    name: fc.string(),
    at: fc.option(fc.integer()),
    is: fc.boolean(),
    of: arrays,
  }),
});

test("the data are the same, their arrays in memory of their own that is shared", () => {
  fc.assert(
    fc.property(values, (value) => {
      const shared = inSharedMemory(value);
      expect(shared).toEqual(value);
      for (const each of [...shared.arrays, shared.nested.of])
        expect(each.buffer).toBeInstanceOf(SharedArrayBuffer);
      expect(inSharedMemory(shared).nested.of).toBe(shared.nested.of);
    }),
  );
});

test("a part of an array takes its part alone along", () => {
  const part = inSharedMemory(Uint32Array.of(1, 2, 3, 4).subarray(1, 3));
  expect([[...part], part.buffer.byteLength]).toEqual([[2, 3], 8]);
});
