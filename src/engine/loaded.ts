import { z } from "zod";
import { DictionaryFacts } from "./dictionary-facts.js";

/** What the engine says of what it has loaded. */
export const Loaded = z.strictObject({
  model: z.strictObject({
    id: z.string(),
    revision: z.string().nullable(),
    class: z.string(),
    n_layers: z.int(),
    d_model: z.int(),
    vocab_size: z.int(),
    max_positions: z.int(),
    bos: z.boolean(),
  }),
  device: z.string(),
  device_name: z.string(),
  dtype: z.string(),
  threads: z.int().nullable(),
  dictionaries: z.array(DictionaryFacts),
  versions: z.record(z.string(), z.string()),
  /** What a reader of the results must know of model and dictionaries. */
  warnings: z.array(z.string()),
});
export type Loaded = z.infer<typeof Loaded>;
