import { z } from "zod";
import { Estimate } from "../ablation/ablation-result.js";

/** One method in one setup. Differences are paired: over the same texts, less the model as it is. */
export const ClcCell = z.strictObject({
  source: z.string(),
  target: z.string(),
  /** The base layer, and those that are steered. */
  layer: z.int(),
  alpha: z.number(),
  method: z.string(),
  k: z.int(),
  layers: z.array(z.int()),
  /** Share of continuations that the detector takes for the target language; for the source. */
  success: Estimate,
  stays: Estimate,
  /** Mean share of a continuation's tokens that are no repetition within it: low where steering breaks the text. */
  distinct: Estimate,
  /** Mean over the other languages' texts of the mean loss per predicted token, nats; source excluded, target included. */
  collateral: Estimate,
  over_none: z.strictObject({ success: Estimate, collateral: Estimate }).nullable(),
});
export type ClcCell = z.infer<typeof ClcCell>;

/** One continuation, and what is said of it. */
export const Continuation = z.strictObject({
  source: z.string(),
  target: z.string(),
  layer: z.int(),
  alpha: z.number(),
  method: z.string(),
  /** The id of the text whose continuation it is. */
  text: z.string(),
  continuation: z.string(),
  tokens: z.int(),
  distinct: z.number(),
  /** The first words, by which its language is told: as a FLORES+ code (null: none), in the detector's own words, how sure. */
  clipped: z.string(),
  label: z.string().nullable(),
  raw_label: z.string(),
  score: z.number(),
  success: z.boolean(),
});
export type Continuation = z.infer<typeof Continuation>;

/** `result.json` of `vscore steer clc`, and what it prints with --json. */
export const ClcResult = z.strictObject({
  schema_version: z.literal(1),
  experiment: z.literal("steer-clc"),
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
  /** "instruction": asked to go on in the target language. "beginning": the text's first words alone. */
  prompt: z.enum(["instruction", "beginning"]),
  prompt_words: z.int(),
  max_new_tokens: z.int(),
  n_words_for_lid: z.int(),
  detector: z.string(),
  positions: z.string(),
  vectors: z.strictObject({
    bank: z.string().nullable(),
    train_n: z.int(),
    split: z.string().nullable(),
    special_tokens: z.string(),
    first_token: z.string(),
    normalize: z.boolean(),
  }),
  gate: z.strictObject({ top_k: z.int(), threshold: z.number() }),
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
  cells: z.array(ClcCell),
  continuations: z.array(Continuation),
  warnings: z.array(z.string()),
});
export type ClcResult = z.infer<typeof ClcResult>;
