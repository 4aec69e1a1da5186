import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Whole numbers drawn evenly, the same ones for the same seed. */
export class Draws {
  private readonly generator;

  constructor(seed: number) {
    this.generator = xoroshiro128plus(seed);
  }

  /** From 0 up to, but not including, `count`. */
  below(count: number): number {
    return uniformInt(this.generator, 0, count - 1);
  }
}
