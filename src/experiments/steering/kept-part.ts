import { z } from "zod";
import { withinMemory } from "../../compute/within-memory.js";
import { SafetensorsError } from "../../engine/safetensors.js";
import type { Prepared } from "./prepare.js";

/** A finished part of an experiment, or what is measured and becomes one. Damaged ones, and those of something else, are measured anew. */
export async function keptPart<T>(
  { experiment }: Pick<Prepared, "experiment">,
  name: string,
  /** Undefined: of something else than is asked for. */
  decode: (bytes: Uint8Array) => T | undefined,
  measure: () => Promise<T>,
  encode: (value: T) => Uint8Array,
): Promise<T> {
  const bytes = experiment.part(name);
  if (bytes !== undefined) {
    try {
      const kept = decode(bytes);
      if (kept !== undefined) return kept;
    } catch (error) {
      const isDamage =
        error instanceof SafetensorsError ||
        error instanceof SyntaxError ||
        error instanceof z.ZodError;
      if (!isDamage) throw error;
    }
  }
  const value = await measure();
  await experiment.writePart(name, encode(value));
  return value;
}

/** Work within a token budget, in smaller batches where the device has too little memory. */
export async function halving<T>(
  { run }: Pick<Prepared, "run">,
  lengths: ArrayLike<number>,
  work: (budget: number) => Promise<T>,
): Promise<T> {
  const { result } = await withinMemory(
    run.meta.batch_tokens,
    lengths,
    async () => undefined,
    work,
  );
  return result;
}
