import { withinMemory } from "../../compute/within-memory.js";
import type { EngineJobs } from "../../engine/engine-jobs.js";
import { planShards } from "../../plan.js";
import { collectLosses, type TextLosses } from "./losses.js";

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
    const shards = planShards(lengths, within);
    return collectLosses(
      jobs.ablate({ language, layer, sets, projection, hook, shards }),
      { sets: sets.length, texts: lengths.length },
      `${language}, layer ${layer}`,
      onTexts,
    );
  };
  const { result, budget } = await withinMemory(
    request.budget,
    lengths,
    async () => undefined,
    read,
  );
  return { ...result, budget };
}
