import fc from "fast-check";
import { expect, test } from "vitest";
import { pythonFloat } from "../../src/runs/python-float.js";
import { runPython } from "../fixtures/python.js";

/** One per line in, Python's repr of each out; doubles travel as their bits. */
const REPR = `
import struct, sys
for line in sys.stdin:
    print(repr(struct.unpack(">d", bytes.fromhex(line.strip()))[0]))
`;

const bitsOf = (value: number): string => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString("hex");
};

test("every double is written as Python's repr writes it", async () => {
  const edges = [0, -0, 1, -1, 0.1, 1e-4, 9.9999e-5, 1e-5, 1e15, 1e16, 9999999999999998, 123456789];
  const extremes = [5e-324, 1.7976931348623157e308, 2 ** 53, 1e22, 1e21, 1e100, 1e-100];
  const unordered = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const values = [
    ...edges,
    ...extremes,
    ...unordered,
    ...fc.sample(fc.double(), 2000),
    ...fc.sample(fc.float(), 2000),
    ...fc.sample(fc.double({ min: -1e3, max: 1e3, noNaN: true }), 1000),
  ];
  const reprs = (await runPython(REPR, [], values.map(bitsOf).join("\n"))).split("\n");
  expect(values.map(pythonFloat)).toEqual(reprs);
});
