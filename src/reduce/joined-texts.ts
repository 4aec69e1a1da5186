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

/**
 * A layer's sums of a language from those of its texts, in text order. What is summed over texts is added up here, so that in which
 * order they came, from where, and in how many pieces changes no bit.
 *
 * @param features width of the dictionary
 */
export function joinTexts(features: number, texts: readonly TextSum[]): LayerTextSums {
  const indptr = new Uint32Array(texts.length + 1);
  for (const [at, { feature }] of texts.entries())
    indptr[at + 1] = (indptr[at] as number) + feature.length;
  const total = indptr.at(-1) as number;
  const gather = <A extends Uint32Array | Float32Array>(into: A, pick: (text: TextSum) => A): A => {
    for (const [at, text] of texts.entries()) into.set(pick(text), indptr[at]);
    return into;
  };
  return {
    features,
    indptr,
    feature: gather(new Uint32Array(total), (text) => text.feature),
    sum: gather(new Float32Array(total), (text) => text.sum),
    active: gather(new Uint32Array(total), (text) => text.active),
    max: gather(new Float32Array(total), (text) => text.max),
    where: gather(new Uint32Array(total), (text) => text.where),
    first: firstOf(features, texts),
  };
}

function firstOf(features: number, texts: readonly TextSum[]): LayerTextSums["first"] {
  const sum = new Float64Array(features);
  const uncounted = new Float64Array(features);
  for (const { first } of texts)
    for (const [at, f] of first.feature.entries()) {
      sum[f] = (sum[f] as number) + (first.value[at] as number);
      uncounted[f] = (uncounted[f] as number) + (first.uncounted[at] as number);
    }
  const firing = Uint32Array.from(sum.keys().filter((f) => sum[f] !== 0));
  return {
    feature: firing,
    sum: Float32Array.from(firing, (f) => sum[f] as number),
    uncounted: Float32Array.from(firing, (f) => uncounted[f] as number),
  };
}
