import { z } from "zod";
import { Estimate } from "../ablation/ablation-result.js";
import { GateRate } from "./gates.js";
import { CellPlace, SteeringFacts } from "./steering-facts.js";

/** One method in one setup. Differences are paired: over the same texts, less the model as it is. */
export const LidCell = CellPlace.extend({
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
export const LidResult = SteeringFacts.extend({
  experiment: z.literal("steer-lid"),
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
  cells: z.array(LidCell),
  gate_rates: z.array(GateRate),
});
export type LidResult = z.infer<typeof LidResult>;
