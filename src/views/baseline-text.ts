import { languageName } from "../config/languages.js";
import type { BaselineResult } from "../experiments/steering/baseline.js";
import { visible, visibleLines } from "./escape.js";
import { estimateText } from "./estimate-text.js";
import { corpusText, howText, leftOut, noSteeringClaim } from "./steering-text.js";

/** One text, and how the model goes on with it: as it is, steered everywhere, and steered where the gate is open. */
export function baselineLines(result: BaselineResult): string[] {
  const { source, target, layer, alpha, evaluation } = result;
  return [
    `${result.run}: ${source} into ${target} at layer ${layer}, α ${alpha}; text ${visible(result.text)} of ${corpusText(result)}`,
    howText(result),
    ...noSteeringClaim(result),
    "",
    ...visibleLines(result.prompt)
      .split("\n")
      .map((line) => `  │ ${line}`),
    ...result.methods.flatMap(({ method, continuation, tokens, label, score, ce_first }) => [
      "",
      `${method}: ${tokens} tokens, ${label === null ? "in no language that the detector tells" : `taken for ${languageName(label)} (${label}, ${score.toFixed(2)})`}; CE of the target's name ${estimateText(ce_first)}`,
      `  ${visible(continuation.trim().replaceAll("\n", "⏎"))}`,
    ]),
    "",
    `Greedy, at most ${result.max_new_tokens} tokens; language by ${result.detector}. CE: −log p of the first token of the target's name when asked for a text's language, nats, over ${evaluation.eval_n} texts of the source.`,
    ...leftOut(result),
    ...result.warnings.map((warning) => `warning: ${warning}`),
  ];
}
