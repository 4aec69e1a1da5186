import { z } from "zod";

/** What the engine makes of K×K distances: Ward's tree, a cut through it, and a map. */
export const Grouping = z.strictObject({
  /** Each merge: two nodes (languages are 0 … K − 1, the m-th merge is K + m), its height, and how many languages it joins. */
  linkage: z.array(z.tuple([z.int(), z.int(), z.number(), z.int()])),
  /** Languages as they stand under the tree. */
  leaves: z.array(z.int()),
  k: z.int(),
  cut: z.number(),
  /** Cluster of each language, numbered from 1 in the order of the leaves. */
  labels: z.array(z.int()),
  /** k with the mean silhouette of the cut into k. */
  silhouettes: z.array(z.tuple([z.int(), z.number()])),
  /** Metric MDS: [K][2], in the units of the distances. */
  map: z.array(z.tuple([z.number(), z.number()])),
  /** Σ over pairs of (distance on the map − D)². */
  stress: z.number(),
  /** √(stress / Σ D²). */
  stress_1: z.number(),
});
export type Grouping = z.infer<typeof Grouping>;

/** How a tree is cut; both null: where the silhouette is best. */
export interface Cut {
  k: number | null;
  cut: number | null;
}
