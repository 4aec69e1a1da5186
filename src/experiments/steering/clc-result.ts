import { z } from "zod";
import { Estimate } from "../ablation/ablation-result.js";
import { GateRate } from "./gates.js";
import { CellPlace, SteeringFacts } from "./steering-facts.js";

/** One method in one setup. Differences are paired: over the same texts, less the model as it is. */
export const ClcCell = CellPlace.extend({
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
export const ClcResult = SteeringFacts.extend({
  experiment: z.literal("steer-clc"),
  /** "instruction": asked to go on in the target language. "beginning": the text's first words alone. */
  prompt: z.enum(["instruction", "beginning"]),
  prompt_words: z.int(),
  max_new_tokens: z.int(),
  n_words_for_lid: z.int(),
  detector: z.string(),
  cells: z.array(ClcCell),
  gate_rates: z.array(GateRate),
  continuations: z.array(Continuation),
});
export type ClcResult = z.infer<typeof ClcResult>;
