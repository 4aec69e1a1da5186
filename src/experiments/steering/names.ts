import { languageName } from "../../config/languages.js";
import { shortCode } from "../../config/short-codes.js";
import { requestError } from "../../errors.js";

/** What stands behind a name to tell scripts apart, such as "(Simplified)". */
const IN_BRACKETS = /\s*\(.*\)$/u;

/** The name by which a model is asked for a language: as the steering repository has it, or that of FLORES+ without its script. */
export function labelOf(code: string): string {
  const { name } = shortCode(code);
  return (name === code ? languageName(code) : name).replace(IN_BRACKETS, "");
}

/**
 * The names of languages, each a language's own.
 *
 * @throws VscoreError (request) where two have the same: an answer would not tell which is meant
 */
export function labelsOf(languages: readonly string[]): Map<string, string> {
  const labels = new Map(languages.map((code) => [code, labelOf(code)]));
  for (const [code, label] of labels) {
    const twin = languages.find((other) => other !== code && labels.get(other) === label);
    if (twin !== undefined)
      throw requestError(
        `${code} and ${twin} are both called ${label}: an answer does not tell which is meant. Expected languages with names of their own. Leave one out: npx vscore rescore makes a run over some of a run's languages.`,
      );
  }
  return labels;
}

/** What a model is called in names of files: as in the steering repository for the two that it knows. */
export function tagOf(modelId: string): string {
  const name = modelId.slice(modelId.lastIndexOf("/") + 1).toLowerCase();
  const plain = name.replaceAll(/[^a-z0-9.-]+/g, "-").replace(/^[^a-z0-9]+/, "") || "model";
  return plain === "qwen3-0.6b" ? "qwen" : plain;
}
