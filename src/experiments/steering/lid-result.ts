import { z } from "zod";
import { Estimate } from "../ablation/ablation-result.js";

/** One method in one setup. Differences are paired: over the same texts, less the model as it is. */
export const LidCell = z.strictObject({
  source: z.string(),
  target: z.string(),
  /** The base layer, and those that are steered. */
  layer: z.int(),
  alpha: z.number(),
  method: z.string(),
  k: z.int(),
  layers: z.array(z.int()),
  /** −log p of the target's name behind prompts of the source's texts: of its first token; per token of the whole name. Nats. */
  ce_first: Estimate,
  ce_full: Estimate,
  /** Share of prompts of whose candidate names the target's is the most probable: by its first token, by the whole name. */
  accuracy_first: Estimate,
  accuracy_full: Estimate,
  /** The same share for the source's own name. */
  says_source: Estimate,
  /** Mean over the other languages' texts of the mean loss per predicted token, nats; source excluded, target included. */
  collateral: Estimate,
  over_none: z
    .strictObject({
      ce_first: Estimate,
      ce_full: Estimate,
      accuracy_first: Estimate,
      accuracy_full: Estimate,
      collateral: Estimate,
    })
    .nullable(),
});
export type LidCell = z.infer<typeof LidCell>;

/** `result.json` of `vscore steer lid`, and what it prints with --json. */
export const LidResult = z.strictObject({
  schema_version: z.literal(1),
  experiment: z.literal("steer-lid"),
  run: z.string(),
  model_id: z.string(),
  dictionaries: z.array(
    z.strictObject({
      layer: z.int(),
      release: z.string(),
      sae_id: z.string(),
      revision: z.string().nullable(),
      hook_name: z.string(),
    }),
  ),
  prompt: z.string(),
  /** The names among which the model chooses, and languages whose names begin with the same token. */
  candidates: z.array(
    z.strictObject({
      language: z.string(),
      name: z.string(),
      tokens: z.int(),
      same_start: z.array(z.string()),
    }),
  ),
  metric: z.enum(["first-token", "full-label"]),
  positions: z.string(),
  vectors: z.strictObject({
    bank: z.string().nullable(),
    train_n: z.int(),
    split: z.string().nullable(),
    special_tokens: z.string(),
    first_token: z.string(),
    normalize: z.boolean(),
  }),
  gate: z.strictObject({
    top_k: z.int(),
    threshold: z.number(),
    features: z.array(
      z.strictObject({ source: z.string(), layer: z.int(), features: z.array(z.int()) }),
    ),
  }),
  evaluation: z.strictObject({
    corpus: z.string(),
    split: z.string().nullable(),
    revision: z.string().nullable(),
    eval_n: z.int(),
    other_eval_n: z.int(),
    documents: z.int(),
    others: z.array(z.string()),
    lacking: z.array(z.string()),
    excluded: z.int(),
    /** Null: the vectors come from a file that does not tell what they were made of. */
    is_disjoint: z.boolean().nullable(),
  }),
  is_enough: z.boolean(),
  cells: z.array(LidCell),
  /** Share of a language's tokens (neither special nor first) on which a source's gate is open, unsteered. */
  gate_rates: z.array(
    z.strictObject({
      source: z.string(),
      layer: z.int(),
      language: z.string(),
      rate: z.number(),
      tokens: z.int(),
    }),
  ),
  warnings: z.array(z.string()),
});
export type LidResult = z.infer<typeof LidResult>;
