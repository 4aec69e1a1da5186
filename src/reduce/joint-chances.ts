import { falseDiscoveryQ } from "./false-discovery.js";
import { familyWiseP, largestOf } from "./family-wise.js";
import type { PermutationTest } from "./permutation-test.js";

/**
 * p and q of the tests of several layers that are looked at together. Of a layer are kept its maxima and how many of its tests have
 * each p, which is one of B + 1: the tests themselves may lie elsewhere.
 */
export class JointChances {
  private maxima: Float64Array | null = null;
  /** By number of permutations that reach t: how many tests. */
  private reached: Float64Array | null = null;

  add({ p, maxima }: PermutationTest): void {
    this.maxima = this.maxima === null ? maxima : largestOf([this.maxima, maxima]);
    this.reached ??= new Float64Array(maxima.length + 1);
    for (const each of p) {
      const n = reachedOf(each, maxima.length);
      this.reached[n] = (this.reached[n] as number) + 1;
    }
  }

  /** How many tests there are. */
  get tests(): number {
    return this.reached?.reduce((sum, count) => sum + count, 0) ?? 0;
  }

  /** Of tests that were added: family-wise p and q, in the order of `statistic`. Once all are added. */
  of(): (test: PermutationTest) => { familyWise: Float64Array; q: Float64Array } {
    const { maxima, reached } = this;
    if (maxima === null || reached === null) throw new Error("no test was added");
    const permutations = maxima.length;
    const chances = Float64Array.from(reached, (_, n) => (1 + n) / (permutations + 1));
    const rates = falseDiscoveryQ(chances, reached);
    return ({ statistic, p }) => ({
      familyWise: familyWiseP(statistic, maxima),
      q: p.map((each) => rates[reachedOf(each, permutations)] as number),
    });
  }
}

/** The number of permutations that reach t, of p = (1 + n) / (B + 1). */
const reachedOf = (p: number, permutations: number): number =>
  Math.round(p * (permutations + 1)) - 1;
