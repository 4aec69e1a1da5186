import { withinMemory } from "../../compute/within-memory.js";
import type { EngineJobs } from "../../engine/engine-jobs.js";
import {
  decodeSafetensors,
  SafetensorsError,
  type Tensor,
  takeTensor,
  tensor,
} from "../../engine/safetensors.js";
import { hiddenSums } from "../../engine/steer-jobs.js";
import { requestError } from "../../errors.js";
import { planShards } from "../../plan.js";
import { Draws, seedOf } from "../../reduce/random.js";
import type { TokenRule } from "../../reduce/text-sums.js";
import { decodeSealed, encodeSealed } from "../../runs/sealed-file.js";

/** The mean over texts of the mean over a text's counted tokens of what each block puts out: by layer f64 [d_model]. */
export type HiddenMeans = Map<number, Float64Array>;

export interface HiddenRequest {
  /** Under which name the engine has the texts, their ids, and the tokens of each. */
  name: string;
  ids: readonly string[];
  lengths: ArrayLike<number>;
  layers: readonly number[];
  rule: TokenRule;
  /** Tokens of a batch. */
  budget: number;
  /** d_model */
  width: number;
}

/** @throws VscoreError (request) for a text none of whose tokens counts */
export async function hiddenMeans(
  jobs: EngineJobs,
  { name, ids, lengths, layers, rule, budget, width }: HiddenRequest,
): Promise<HiddenMeans> {
  const read = async (within: number): Promise<HiddenMeans> => {
    const means: HiddenMeans = new Map(layers.map((layer) => [layer, new Float64Array(width)]));
    // In the order of the texts, whatever the batches: sums of numbers hang on their order.
    const rows = new Map<number, Map<number, Float64Array>>();
    const shards = planShards(lengths, within);
    for await (const part of hiddenSums(jobs, { texts: name, shards, layers, ...rule }, width)) {
      for (const [at, text] of part.text.entries()) {
        const tokens = part.tokens[at] as number;
        if (tokens === 0)
          throw requestError(
            `The text ${ids[text]} of ${name} has no token that counts. Expected at least one behind the first. Take it out of the corpus, or give --first-token keep.`,
          );
        rows.set(
          text,
          new Map(
            [...part.layers].map(([layer, sums]) => [
              layer,
              sums.slice(at * width, (at + 1) * width).map((sum) => sum / tokens),
            ]),
          ),
        );
      }
    }
    for (let text = 0; text < ids.length; text++)
      for (const [layer, mean] of means) {
        const row = rows.get(text)?.get(layer);
        if (row === undefined) throw new Error(`the engine left out text ${text} of ${name}`);
        for (let at = 0; at < width; at++)
          mean[at] = (mean[at] as number) + (row[at] as number) / ids.length;
      }
    return means;
  };
  const { result } = await withinMemory(budget, lengths, async () => undefined, read);
  return result;
}

export const encodeMeans = (means: HiddenMeans): Uint8Array =>
  encodeSealed(
    new Map(
      [...means].map(([layer, mean]) => [`layer.${layer}`, tensor("F64", [mean.length], mean)]),
    ),
    { schema: "1" },
  );

/** @throws SafetensorsError where the bytes are not such means of these layers */
export function decodeMeans(
  bytes: Uint8Array,
  layers: readonly number[],
  width: number,
): HiddenMeans {
  const blob = decodeSealed(bytes);
  return new Map(
    layers.map((layer) => [layer, takeTensor(blob, `layer.${layer}`, "F64", [width])]),
  );
}

/** Steering vectors of a pair of languages: by layer f32 [d_model]. */
export type Bank = Map<number, Float32Array>;

/**
 * Target less source, layer by layer.
 *
 * @param normalize whether each is brought to length 1
 * @throws VscoreError (request) where the languages have one mean: that is no direction
 */
export function steeringVectors(
  target: HiddenMeans,
  source: HiddenMeans,
  normalize: boolean,
): Bank {
  return new Map(
    [...target].map(([layer, mean]) => {
      const from = source.get(layer) as Float64Array;
      const difference = mean.map((each, at) => each - (from[at] as number));
      const length = lengthOf(difference);
      if (normalize && length === 0)
        throw requestError(
          `At layer ${layer} source and target have the same mean: nothing to be brought to length 1. Expected texts of two languages. Check the corpus, or leave --normalize out.`,
        );
      return [layer, Float32Array.from(normalize ? difference.map((d) => d / length) : difference)];
    }),
  );
}

export const lengthOf = (vector: ArrayLike<number>): number =>
  Math.sqrt(Array.from(vector).reduce((sum, each) => sum + each * each, 0));

/** A random vector for each, as long as it is: what any direction of that length would do. */
export function randomVectors(bank: Bank, seed: number): Bank {
  return new Map(
    [...bank].map(([layer, vector]) => {
      const draws = new Draws(seedOf(seed, "random vector", layer));
      const drawn = Float64Array.from(vector, () => normal(draws));
      const scale = lengthOf(vector) / lengthOf(drawn);
      return [layer, Float32Array.from(drawn, (each) => each * scale)];
    }),
  );
}

const STEPS = 2 ** 30;

/** One number of the standard normal distribution (Box and Muller). */
function normal(draws: Draws): number {
  const [u, v] = [(draws.below(STEPS) + 1) / STEPS, draws.below(STEPS) / STEPS];
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
}

/** Names of a bank's tensors. */
export const vectorName = (layer: number): string => `layer.${layer}`;
export const randomName = (layer: number): string => `random.${layer}`;

/** A bank as tensors. */
export const bankTensors = (bank: Bank, nameOf = vectorName): [string, Tensor][] =>
  [...bank].map(([layer, vector]) => [nameOf(layer), tensor("F32", [vector.length], vector)]);

/** A bank from a file's bytes. @throws SafetensorsError where they are none */
export function readBank(bytes: Uint8Array): { bank: Bank; metadata: Record<string, string> } {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const bank: Bank = new Map();
  for (const [name, { dtype, shape, data }] of tensors) {
    const layer = /^layer\.(\d+)$/.exec(name)?.[1];
    if (layer === undefined || dtype !== "F32" || shape.length !== 1)
      throw new SafetensorsError(`tensor ${name} is ${dtype}[${shape}], expected layer.<L> F32[d]`);
    bank.set(Number(layer), data as Float32Array);
  }
  return { bank, metadata };
}
