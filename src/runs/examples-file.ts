import { z } from "zod";

/** `examples.json`: for the best features of every language and layer, the texts in which they are strongest. */
export const Examples = z.strictObject({
  schema_version: z.literal(1),
  features: z.array(
    z.strictObject({
      layer: z.int(),
      feature: z.int(),
      /** Strongest first. */
      contexts: z.array(
        z.strictObject({
          language: z.string(),
          id: z.string(),
          /** Position in the text of the first token shown, and how many tokens the text has. */
          first_token: z.int(),
          tokens_in_text: z.int(),
          /** Joined, they give that part of the text. */
          pieces: z.array(z.string()),
          /** The feature's activation on each of them, rounded to five digits; null where the token does not count. */
          activations: z.array(z.number().nullable()),
        }),
      ),
    }),
  ),
});
export type Examples = z.infer<typeof Examples>;
