import { environmentError, VscoreError } from "../errors.js";

const tooLittleMemory = (longest: number, cause: unknown) =>
  environmentError(
    `The device has too little memory for one text alone (the longest has ${longest} tokens). A smaller batch is not possible. Choose another --device, a smaller model, fewer layers at a time, or shorter texts.`,
    cause,
  );

/**
 * Does work that needs a token budget; when the device runs out of memory, again with half of it, down to the longest text
 * alone.
 *
 * @param lengths tokens of the texts that the work is about
 * @returns what the work gave, and the budget that held
 * @throws VscoreError (environment) where not even the longest text alone fits; whatever else the work throws
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
      if (!isOutOfMemory) throw error;
      if (left <= longest) throw tooLittleMemory(longest, error);
      left = Math.max(longest, Math.floor(left / 2));
      await onHalved(left);
    }
  }
}
