import { z } from "zod";
import type { Shard } from "../plan.js";
import type { RebuiltBatch } from "../reduce/rebuilt.js";
import { RebuildingFacts } from "./dictionary-facts.js";
import type { EngineJobs, LossFrame } from "./engine-jobs.js";
import { type Frame, jsonOf } from "./frames.js";
import { takeTensor } from "./safetensors.js";

const Rebuilt = z.strictObject({
  layers: z.array(
    RebuildingFacts.extend({
      tokens: z.int(),
      not_finite: z.int(),
      active: z.number(),
      error: z.number(),
      deviation: z.number(),
    }),
  ),
});

/** A layer's dictionary and what it made of one batch. */
export type RebuiltLayer = z.infer<typeof Rebuilt>["layers"][number] & RebuiltBatch;

const rebuiltLayers = (frame: Frame & { kind: "result" }): RebuiltLayer[] =>
  Rebuilt.parse(jsonOf(frame.blob)).layers.map((entry) => ({
    ...entry,
    mean: takeTensor(frame.blob, `mean.${entry.layer}`, "F64"),
  }));

/** Streams what the loaded dictionaries make of a language's texts, batch by batch: of every layer. */
export async function* rebuiltBatches(
  jobs: EngineJobs,
  request: { language: string; shards: readonly Shard[] },
): AsyncGenerator<RebuiltLayer[], void, void> {
  for await (const frame of jobs.frames("fidelity", request))
    if (frame.kind === "result") yield rebuiltLayers(frame);
}

/**
 * Streams the losses of T texts: `loss` f64 [1 + 2·layers, T] row-major (nats, summed over `tokens` u32 [T] that are predicted); as the
 * model is, and for each layer with its tensor rebuilt, and with zeros.
 */
export const splicedLosses = (
  jobs: EngineJobs,
  request: { language: string; layers: readonly number[]; shards: readonly Shard[] },
): AsyncGenerator<LossFrame, void, void> =>
  jobs.losses("splice", request, 1 + 2 * request.layers.length);

const Candidates = z.strictObject({
  hooks: z.array(z.strictObject({ name: z.string(), module: z.string() })),
});
export type CandidateHook = z.infer<typeof Candidates>["hooks"][number];

/** A tensor that a dictionary was tried on, and what it made of a batch; `layer` is its place among those tried. */
export type TriedHook = CandidateHook & RebuiltLayer;

/**
 * Tries a layer's dictionary on every tensor of its width that it may have been trained on.
 *
 * @param request.reach in blocks so far away at most; null: in any
 */
export async function* triedHooks(
  jobs: EngineJobs,
  request: { language: string; layer: number; shards: readonly Shard[]; reach: number | null },
): AsyncGenerator<TriedHook[], void, void> {
  let hooks: CandidateHook[] = [];
  for await (const frame of jobs.frames("find_hook", request)) {
    if (frame.kind !== "result") continue;
    if (frame.name === "candidates") hooks = Candidates.parse(jsonOf(frame.blob)).hooks;
    else
      yield rebuiltLayers(frame).map((batch) => ({
        ...(hooks[batch.layer] as CandidateHook),
        ...batch,
      }));
  }
}
