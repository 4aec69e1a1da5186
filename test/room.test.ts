import fc from "fast-check";
import { expect, test } from "vitest";
import { Room } from "../src/room.js";

test("memory under a name is used again, and there is always as much as was asked for", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(64)), (lengths) => {
      const room = new Room();
      let before: Uint32Array | undefined;
      let widest = 0;
      for (const length of lengths) {
        const found = room.uint32("row", length);
        expect(found).toHaveLength(length);
        if (before !== undefined && length <= widest) expect(found.buffer).toBe(before.buffer);
        widest = Math.max(widest, length);
        before = found;
      }
    }),
  );
});

test("what lies under one name leaves what lies under another", () => {
  const room = new Room();
  const row = room.uint32("row", 2).fill(7);
  room.float32("sum", 2).fill(1.5);
  expect(row).toEqual(Uint32Array.of(7, 7));
  room.bytes("row", 8).fill(0);
  expect(row).toEqual(Uint32Array.of(0, 0));
});

test("memory is of the kind that was asked for", () => {
  const shared = new Room((bytes) => new SharedArrayBuffer(bytes));
  expect(shared.float32("sum", 3).buffer).toBeInstanceOf(SharedArrayBuffer);
});
