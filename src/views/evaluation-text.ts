import type { EvaluationFacts } from "../experiments/ablation/ablation-result.js";

/** What of a result tells on what it was evaluated, and whether that allows claims. */
export interface Evaluated {
  evaluation: EvaluationFacts;
  is_enough: boolean;
}

/** The corpus, how many texts a language has, and from how many documents these are where that is fewer. */
export function evaluationText({
  corpus,
  split,
  fewest,
  fewest_documents,
}: EvaluationFacts): string {
  const texts =
    fewest_documents < fewest
      ? `${fewest} texts from ${fewest_documents} documents`
      : `${fewest} texts`;
  return `${corpus}${split === null ? "" : ` (${split})`}, ${texts} or more a language`;
}

/** Why nothing is claimed; null where something may be. */
export function noClaim({ evaluation, is_enough }: Evaluated): string | null {
  if (is_enough) return null;
  return evaluation.is_disjoint
    ? `Only ${evaluation.fewest} texts in the language with the fewest. Nothing is claimed.`
    : "Among these texts are those that the features were chosen on. Nothing is claimed.";
}

/** The title of a figure, which says so too where nothing is claimed. */
export function evaluatedTitle(title: string, { evaluation, is_enough }: Evaluated): string {
  if (is_enough) return title;
  return evaluation.is_disjoint
    ? `${title} (only ${evaluation.fewest} texts: no claim)`
    : `${title} (on texts that chose the features: no claim)`;
}

/** Who is missing, and what was left out. */
export const evaluationNotes = ({ lacking, excluded }: EvaluationFacts): string[] => [
  ...(lacking.length > 0
    ? [`Not evaluated, for the corpus lacks them: ${lacking.join(", ")}.`]
    : []),
  ...(excluded > 0 ? [`${excluded} texts are left out: the features were chosen on them.`] : []),
];
