import type { Meta } from "../runs/meta.js";
import { worstOf } from "../runs/precision.js";
import { digits } from "./digits.js";

/** What a reduced precision was found to do, in a line; null where there was nothing to look at, or no room to. */
export function precisionWords({
  precision,
  dtype,
}: Pick<Meta, "precision" | "dtype">): string | null {
  if (precision === null) return null;
  const { difference, overlap } = worstOf(precision);
  const fellBack = dtype === precision.dtype ? "" : `, so the run is computed in ${dtype}`;
  return `${precision.dtype} beside float32 on ${precision.tokens} tokens, worst layer: means differ by ${digits(difference)} at most, ${Math.round(100 * overlap)} % of the 50 best features are the same${fellBack}`;
}
