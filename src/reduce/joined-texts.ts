import { Room } from "../room.js";
import type { LayerTextSums } from "./text-sums.js";

/** Sums of one text: its active features ascending, and what `LayerTextSums` says of each. */
export interface TextSum {
  feature: Uint32Array;
  sum: Float32Array;
  active: Uint32Array;
  max: Float32Array;
  where: Uint32Array;
  /** Activations at the first position, in the order in which they came, and the same where they do not count, else 0. */
  first: { feature: Uint32Array; value: Float32Array; uncounted: Float32Array };
}

/** Where the sums of texts lie, by text: a map, or a place out of memory. */
export interface TextShelf {
  has(text: number): boolean;
  set(text: number, sum: TextSum): unknown;
  /** They hold until the next ones are asked for. */
  get(text: number): TextSum | undefined;
}

/**
 * A layer's sums of a language from those of its texts, in text order. What is summed over texts is added up here, so that in which
 * order they came, from where, and in how many pieces changes no bit.
 *
 * @param features width of the dictionary @param texts gone through twice @param room what they are put in; new memory where it is not given
 */
export function joinTexts(
  features: number,
  texts: Iterable<TextSum>,
  room = new Room(),
): LayerTextSums {
  const ends = [0];
  for (const { feature } of texts) ends.push((ends.at(-1) as number) + feature.length);
  const indptr = Uint32Array.from(ends);
  const total = ends.at(-1) as number;
  const joined = {
    feature: room.uint32("feature", total),
    sum: room.float32("sum", total),
    active: room.uint32("active", total),
    max: room.float32("max", total),
    where: room.uint32("where", total),
  };
  const firsts = new Firsts(features);
  let at = 0;
  for (const text of texts) {
    const from = indptr[at++] as number;
    joined.feature.set(text.feature, from);
    joined.sum.set(text.sum, from);
    joined.active.set(text.active, from);
    joined.max.set(text.max, from);
    joined.where.set(text.where, from);
    firsts.add(text);
  }
  return { features, indptr, ...joined, first: firsts.all() };
}

/** What fires at first positions, over texts. */
class Firsts {
  private readonly sum: Float64Array;
  private readonly uncounted: Float64Array;

  constructor(features: number) {
    this.sum = new Float64Array(features);
    this.uncounted = new Float64Array(features);
  }

  add({ first }: TextSum): void {
    const { sum, uncounted } = this;
    for (const [at, f] of first.feature.entries()) {
      sum[f] = (sum[f] as number) + (first.value[at] as number);
      uncounted[f] = (uncounted[f] as number) + (first.uncounted[at] as number);
    }
  }

  all(): LayerTextSums["first"] {
    const { sum, uncounted } = this;
    const firing = Uint32Array.from(sum.keys().filter((f) => sum[f] !== 0));
    return {
      feature: firing,
      sum: Float32Array.from(firing, (f) => sum[f] as number),
      uncounted: Float32Array.from(firing, (f) => uncounted[f] as number),
    };
  }
}
