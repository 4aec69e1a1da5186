import { expect, test } from "vitest";
import { digits, rangeText } from "../../src/views/digits.js";

test.each([
  [0, "0.000"],
  [1.23456, "1.235"],
  [-2, "-2.000"],
  [0.001, "0.001"],
  [0.00099, "9.90e-4"],
  [-1e-9, "-1.00e-9"],
  [999999, "999999.000"],
  [1e6, "1.00e+6"],
])("%d is shown as %s", (value, shown) => {
  expect(digits(value)).toBe(shown);
});

test("numbers are told from the least to the most, and once where they are one", () => {
  expect(rangeText([3, 1, 2])).toBe("1–3");
  expect(rangeText([2, 2])).toBe("2");
});
