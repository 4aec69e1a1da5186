import { withinMemory } from "../../compute/within-memory.js";
import type { EngineJobs } from "../../engine/engine-jobs.js";
import { planShards } from "../../plan.js";
import type { TextLosses } from "./losses.js";

export type Projection = "span" | "paper" | "legacy";
export const PROJECTIONS: readonly Projection[] = ["span", "paper", "legacy"];

export interface LossRequest {
  /** Under which name the engine has the texts. */
  language: string;
  /** Tokens of each text, special ones included. */
  lengths: ArrayLike<number>;
  /** The layer whose features are taken out; null for the model as it is. */
  layer: number | null;
  sets: readonly (readonly number[])[];
  projection: Projection;
  hook: string;
  /** Tokens of a batch. */
  budget: number;
}

/** Has the engine read texts under sets of features. Batches are halved where the device has too little memory for them. */
export async function readLosses(
  request: LossRequest,
  jobs: EngineJobs,
  onTexts: (count: number) => void,
): Promise<TextLosses & { budget: number }> {
  const { language, lengths, layer, sets, projection, hook } = request;
  const read = async (within: number): Promise<TextLosses> => {
    const tokens = new Uint32Array(lengths.length);
    const loss = sets.map(() => new Float64Array(lengths.length).fill(Number.NaN));
    const shards = planShards(lengths, within);
    for await (const part of jobs.ablate({ language, layer, sets, projection, hook, shards })) {
      for (const [at, text] of part.text.entries()) {
        tokens[text] = part.tokens[at] as number;
        for (const [set, row] of loss.entries())
          row[text] = part.loss[set * part.text.length + at] as number;
      }
      onTexts(part.text.length * sets.length);
    }
    if (loss.some((row) => row.some(Number.isNaN)))
      throw new Error(`the engine left out losses of ${language}, layer ${layer}`);
    return { tokens, loss };
  };
  const { result, budget } = await withinMemory(
    request.budget,
    lengths,
    async () => undefined,
    read,
  );
  return { ...result, budget };
}
