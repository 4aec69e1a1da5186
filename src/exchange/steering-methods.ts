/**
 * How a steering vector is let through: not at all, at every token, or by a gate (heuristic, or of two trained kinds); and, as controls
 * that the steering repository has not, random vectors at every token or by the heuristic gate.
 */
export const METHOD_FAMILIES = [
  ...(["No SV", "SV", "SAE", "Learned", "Thresholded"] as const),
  ...(["Random", "RandomSAE"] as const),
] as const;
export type MethodFamily = (typeof METHOD_FAMILIES)[number];

export interface SteeringMethod {
  family: MethodFamily;
  /** Steered layers from the base layer on; 0 where nothing is steered. */
  k: number;
}

/** The name of a method in the tables, such as SAE-2L. */
export const methodName = ({ family, k }: SteeringMethod): string =>
  family === "No SV" ? family : `${family}-${k}L`;

/** Whether a name is of a control, which no table of the steering repository has. */
export const isControl = (name: string): boolean => name.startsWith("Random");

/** What a name of the tables stands for; null for one that is unknown. */
export function methodOf(name: string): SteeringMethod | null {
  if (name === "No SV") return { family: "No SV", k: 0 };
  const [, family, k] =
    /^(SV|SAE|Learned|Thresholded|Random|RandomSAE)-([1-9]\d?)L$/.exec(name) ?? [];
  return family === undefined ? null : { family: family as MethodFamily, k: Number(k) };
}
