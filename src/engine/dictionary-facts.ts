import { z } from "zod";

/** A dictionary as the run used it. */
export const DictionaryFacts = z.strictObject({
  layer: z.int(),
  release: z.string(),
  sae_id: z.string(),
  /** Repository and path on the Hub, which a release's registry tells; null for a folder, and in older runs. */
  source: z.string().nullable().default(null),
  architecture: z.string(),
  d_in: z.int(),
  d_sae: z.int(),
  hook_name: z.string(),
  hook_module: z.string(),
  normalize_activations: z.string().nullable(),
  revision: z.string().nullable(),
  neuronpedia_id: z.string().nullable(),
  model_name: z.string().nullable(),
});
export type DictionaryFacts = z.infer<typeof DictionaryFacts>;

/** What of it a result tells, for whoever takes its features further. */
export const UsedDictionary = DictionaryFacts.pick({
  layer: true,
  release: true,
  sae_id: true,
  revision: true,
  hook_name: true,
});
export type UsedDictionary = z.infer<typeof UsedDictionary>;

export const usedDictionary = ({
  layer,
  release,
  sae_id,
  revision,
  hook_name,
}: DictionaryFacts): UsedDictionary => ({ layer, release, sae_id, revision, hook_name });

/** What a layer's dictionary rebuilds. */
export const RebuildingFacts = z.strictObject({
  layer: z.int(),
  /** L0 that the release states, where it does. */
  stated_l0: z.number().nullable(),
  /** The tensor that is rebuilt; null where the dictionary does not say: `untold` then says so. */
  rebuilds: z.string().nullable(),
  untold: z.string().nullable(),
  /** Whether the model passes it on as it is, so that the rebuilt one can take its place. */
  is_passed_on: z.boolean(),
});
