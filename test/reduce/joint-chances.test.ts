import fc from "fast-check";
import { expect, test } from "vitest";
import { falseDiscoveryQ } from "../../src/reduce/false-discovery.js";
import { familyWiseP, largestOf } from "../../src/reduce/family-wise.js";
import { JointChances } from "../../src/reduce/joint-chances.js";
import type { PermutationTest } from "../../src/reduce/permutation-test.js";

const PERMUTATIONS = 20;
const numbers = (length: number) =>
  fc
    .array(fc.integer({ min: -50, max: 50 }), { minLength: length, maxLength: length })
    .map((each) => Float64Array.from(each, (x) => x / 8));
const arbitraryTest: fc.Arbitrary<PermutationTest> = fc.nat(6).chain((tested) =>
  fc.record({
    languages: fc.constant(2),
    feature: fc.constant(Uint32Array.from({ length: tested }, (_, at) => at)),
    statistic: numbers(2 * tested),
    p: fc
      .array(fc.nat(PERMUTATIONS), { minLength: 2 * tested, maxLength: 2 * tested })
      .map((reached) => Float64Array.from(reached, (n) => (1 + n) / (PERMUTATIONS + 1))),
    maxima: numbers(PERMUTATIONS),
  }),
);

test("tests of layers that are told one by one have the p and q of all of them together, to the last bit", () => {
  fc.assert(
    fc.property(fc.array(arbitraryTest, { minLength: 1, maxLength: 4 }), (tests) => {
      const chances = new JointChances();
      for (const each of tests) chances.add(each);
      const of = chances.of();
      const maxima = largestOf(tests.map((each) => each.maxima));
      const q = falseDiscoveryQ(Float64Array.from(tests.flatMap(({ p }) => [...p])));
      expect(chances.tests).toBe(q.length);
      expect(tests.flatMap((each) => [...of(each).q])).toEqual([...q]);
      for (const each of tests)
        expect(of(each).familyWise).toEqual(familyWiseP(each.statistic, maxima));
    }),
  );
});

test("without a test there is nothing to tell", () => {
  expect(new JointChances().tests).toBe(0);
  expect(() => new JointChances().of()).toThrow("no test was added");
});
