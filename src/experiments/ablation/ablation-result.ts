import { z } from "zod";
import { UsedDictionary } from "../../engine/dictionary-facts.js";

/** A number with its 95 % interval: percentiles of resampled documents; null where there are fewer than two. */
export const Estimate = z.strictObject({
  value: z.number(),
  interval: z.strictObject({ lo: z.number(), hi: z.number() }).nullable(),
});
export type Estimate = z.infer<typeof Estimate>;

/** Ranks of a language's features that are taken out together, from 1; such as top1+2. */
export const AblationConfig = z.strictObject({ name: z.string(), ranks: z.array(z.int()) });
export type AblationConfig = z.infer<typeof AblationConfig>;

const kind = z.enum(["language", "random"]);

/** Features of one layer that are taken out together. */
export const AblationSet = z.strictObject({
  /** Whose features these are, or whose they stand for. */
  ablated: z.string(),
  config: z.string(),
  /** "language": its best features. "random": as many others, drawn among those whose mean on it is nearest. */
  kind,
  /** Of random ones, which draw; 0 otherwise. */
  draw: z.int(),
  features: z.array(z.int()),
  /** μ(f, ablated) of each. */
  means: z.array(z.number()),
});
export type AblationSet = z.infer<typeof AblationSet>;

/** What taking a set of features out does to the predictions of one language. */
export const AblationCell = z.strictObject({
  /** Null: the mean over the layers, each by itself. */
  layer: z.int().nullable(),
  ablated: z.string(),
  config: z.string(),
  kind,
  evaluated: z.string(),
  /** ΔCE in nats per token: (Σ losses without − Σ losses with the features) / Σ predicted tokens; of random ones, the mean over all draws, on their own language alone. */
  delta: Estimate,
  /** The same as a mean over texts of each text's own ΔCE, as the paper's code and the ablation repository have it. */
  delta_text_mean: z.number(),
});
export type AblationCell = z.infer<typeof AblationCell>;

/** How far the effect of a language's features is that language's own. */
export const AblationSummary = z.strictObject({
  layer: z.int().nullable(),
  ablated: z.string(),
  config: z.string(),
  own: Estimate,
  /** On the other languages: their mean, and the largest. */
  others_mean: Estimate,
  largest_other: z.strictObject({ evaluated: z.string(), delta: Estimate }),
  /** Controls, on this language: as many random features, nearest in mean activation; and the other languages' features, the strongest. */
  random: Estimate.nullable(),
  /** Mean of the random features' mean activations on this language over that of its own ones; null without controls. */
  random_activation: z.number().nullable(),
  other_features: z.strictObject({ ablated: z.string(), delta: Estimate }).nullable(),
  /** own − others_mean, own − random, own − other_features. */
  over_others: Estimate,
  over_random: Estimate.nullable(),
  over_other_features: Estimate.nullable(),
});
export type AblationSummary = z.infer<typeof AblationSummary>;

/** On which texts an experiment was evaluated. */
export const EvaluationFacts = z.strictObject({
  corpus: z.string(),
  split: z.string().nullable(),
  revision: z.string().nullable(),
  /** Languages of the run that the corpus lacks. */
  lacking: z.array(z.string()),
  /** Texts left out because the features were chosen on them or their translations. */
  excluded: z.int(),
  is_disjoint: z.boolean(),
  /** Texts of the language that has the fewest, and documents of the one whose texts are from the fewest. */
  fewest: z.int(),
  fewest_documents: z.int(),
  /** Texts and the documents that these are from, predicted tokens, and the model's own loss in nats per token. */
  languages: z.array(
    z.strictObject({
      language: z.string(),
      texts: z.int(),
      documents: z.int(),
      tokens: z.int(),
      baseline: z.number(),
    }),
  ),
});
export type EvaluationFacts = z.infer<typeof EvaluationFacts>;

/** `result.json` of an ablation, and what `vscore ablate --json` prints. */
export const AblationResult = z.strictObject({
  schema_version: z.literal(1),
  run: z.string(),
  /** By which measure the features are the best. */
  ranked_by: z.string().default("v"),
  projection: z.string(),
  /** At which positions of a text the directions are taken out. */
  positions: z.literal("all"),
  dictionaries: z.array(UsedDictionary),
  layers: z.array(z.int()),
  /** Languages that it was evaluated on, and whose features were taken out, both in the run's order. */
  languages: z.array(z.string()),
  ablated: z.array(z.string()),
  configs: z.array(AblationConfig),
  evaluation: EvaluationFacts,
  /** Whether there are enough other texts to claim anything. */
  is_enough: z.boolean(),
  sets: z.array(AblationSet.extend({ layer: z.int() })),
  cells: z.array(AblationCell),
  summary: z.array(AblationSummary),
  warnings: z.array(z.string()),
});
export type AblationResult = z.infer<typeof AblationResult>;
