import { VscoreError } from "../errors.js";

/**
 * Does work that needs a token budget; when the device runs out of memory, again with half of it, down to the longest text
 * alone.
 *
 * @param lengths tokens of the texts that the work is about
 * @returns what the work gave, and the budget that held
 */
export async function withinMemory<T>(
  budget: number,
  lengths: ArrayLike<number>,
  onHalved: (budget: number) => Promise<void>,
  work: (budget: number) => Promise<T>,
): Promise<{ result: T; budget: number }> {
  const longest = Array.from(lengths).reduce((most, n) => Math.max(most, n), 0);
  for (let left = budget; ; ) {
    try {
      return { result: await work(left), budget: left };
    } catch (error) {
      const isOutOfMemory =
        error instanceof VscoreError && error.details.engineKind === "out_of_memory";
      if (!isOutOfMemory || left <= longest) throw error;
      left = Math.max(longest, Math.floor(left / 2));
      await onHalved(left);
    }
  }
}
