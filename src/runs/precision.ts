import { z } from "zod";

/** How far a run's precision is from float32, on its first texts. */
export const Precision = z.strictObject({
  /** What was compared with float32: the precision that the run was to be computed in. */
  dtype: z.string(),
  /** Of all languages, special ones included. */
  tokens: z.int(),
  layers: z.array(
    z.strictObject({
      layer: z.int(),
      /** The largest |Δμ| / max(1, |μ|) of any feature and language, μ in float32. */
      largest_difference: z.number().min(0),
      /** The share of the 50 best features by v that both have, of those that fire; mean over languages. */
      top_50_overlap: z.number().min(0).max(1),
    }),
  ),
});
export type Precision = z.infer<typeof Precision>;

/** The same in two numbers: of the layer where each is worst. */
export const worstOf = ({ layers }: Precision): { difference: number; overlap: number } => ({
  difference: Math.max(...layers.map((each) => each.largest_difference)),
  overlap: Math.min(...layers.map((each) => each.top_50_overlap)),
});
