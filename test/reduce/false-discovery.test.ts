import fc from "fast-check";
import { expect, test } from "vitest";
import { falseDiscoveryQ } from "../../src/reduce/false-discovery.js";

test("q is what Benjamini and Hochberg's example gives", () => {
  // scipy.stats.false_discovery_control of the 15 p-values of their table 1.
  const p = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719,
    0.6528, 0.759, 1,
  ];
  const q = falseDiscoveryQ(Float64Array.from(p));
  expect(q[0]).toBeCloseTo(0.0015, 10);
  expect(q[3]).toBeCloseTo(0.035625, 10);
  expect(q[4]).toBeCloseTo(0.0603, 10);
  expect(q[5]).toBeCloseTo(0.0638571429, 9);
  expect(q[6]).toBeCloseTo(0.0638571429, 9);
  expect(q.filter((each) => each <= 0.05)).toHaveLength(4);
});

test("q ≤ α are the discoveries of the step-up procedure at α", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 500 }),
      (thousandths, alpha) => {
        const q = falseDiscoveryQ(Float64Array.from(thousandths, (each) => each / 1000));
        const sorted = thousandths.toSorted((a, b) => a - b);
        // In whole numbers: p_(j) ≤ α j / m.
        const last = sorted.findLastIndex((each, j) => each * sorted.length <= alpha * (j + 1));
        const discoveries = thousandths.filter(
          (_, at) => (q[at] as number) <= alpha / 1000 + 1e-12,
        );
        expect(discoveries).toHaveLength(last + 1);
      },
    ),
  );
});

test("q of no tests is nothing, and what is no probability is refused", () => {
  expect(falseDiscoveryQ(new Float64Array(0))).toHaveLength(0);
  expect(() => falseDiscoveryQ(Float64Array.of(0.5, Number.NaN))).toThrow("found p = NaN");
});
