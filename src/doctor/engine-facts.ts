import { z } from "zod";

const Share = z.tuple([z.int(), z.int()]);

/** What the engine told of its Python, its devices and the Hub's cache. */
export const EngineFacts = z.strictObject({
  python: z.string(),
  /** Version of each package; null where it is missing. */
  packages: z.record(z.string(), z.string().nullable()),
  /** Why a package that is there cannot be imported; null where it can. */
  imports: z.record(z.string(), z.string().nullable()),
  /** Version of Ray, which workers on a cluster alone need; null where it is missing. */
  ray: z.string().nullable(),
  devices: z.array(
    z.strictObject({
      device: z.string(),
      name: z.string(),
      free_bytes: z.number().nullable(),
      total_bytes: z.number().nullable(),
      capability: z.string().nullable(),
      bfloat16: z.boolean(),
    }),
  ),
  /** The CUDA that torch was built for; null for a build without. */
  cuda_build: z.string().nullable(),
  hub: z
    .strictObject({
      cache: z.string(),
      writable: z.boolean(),
      free_bytes: z.number().nullable(),
      offline: z.boolean(),
      own_endpoint: z.boolean(),
      /** Where the access token comes from; never the token. */
      token: z.string().nullable(),
    })
    .nullable(),
  /** How much of each preset's defaults is in the cache: found, needed. */
  presets: z.array(
    z.strictObject({ name: z.string(), model: Share, dictionaries: Share, languages: Share }),
  ),
});
export type EngineFacts = z.infer<typeof EngineFacts>;
