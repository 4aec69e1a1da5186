import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** One number of what a draw is for (FNV-1a, 32 bits), so that what is drawn does not hang on what else is. */
export function seedOf(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const character of parts.join("\0"))
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return hash | 0;
}

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
