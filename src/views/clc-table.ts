import type { ClcCell, ClcResult } from "../experiments/steering/clc-result.js";
import { estimateText } from "./estimate-text.js";
import {
  corpusText,
  gateLines,
  howText,
  leftOut,
  methodTable,
  mostHarmed,
  noSteeringClaim,
} from "./steering-text.js";

const TITLES = [
  "in the target",
  "over No SV",
  "stays",
  "distinct",
  "Δ CE of others",
  "most harmed",
];

/** Below such a part of what No SV has, continuations mostly repeat themselves. */
const REPEATING = 0.6;

/** Methods that write one word again and again: that it is in the target says little. */
function repetitions({ cells }: ClcResult): string[] {
  const plainOf = (cell: ClcCell) =>
    cells.find(
      (each) =>
        each.method === "No SV" && each.source === cell.source && each.target === cell.target,
    )?.distinct.value ?? 0;
  return cells
    .filter((cell) => cell.distinct.value < REPEATING * plainOf(cell))
    .map(
      (cell) =>
        `warning: ${cell.source} → ${cell.target}, ${cell.method} at layer ${cell.layer}, α ${cell.alpha}: continuations repeat themselves (distinct ${cell.distinct.value.toFixed(2)}, unsteered ${plainOf(cell).toFixed(2)}). Its share in the target tells of broken text.`,
    );
}

/** How often continuations are in the target language, how they read, and what it costs other languages. */
export function clcLines(result: ClcResult): string[] {
  const { evaluation, prompt } = result;
  const asked =
    prompt === "instruction"
      ? "asked to go on in the target language"
      : `the text's first ${result.prompt_words} words alone`;
  return [
    `${result.run}: continuations of ${evaluation.eval_n} texts of the source, ${evaluation.other_eval_n} of each other language; ${corpusText(result)}`,
    `prompt: ${asked}; ${howText(result)}`,
    ...noSteeringClaim(result),
    "",
    ...methodTable(result.cells, TITLES, (cell) => [
      estimateText(cell.success),
      estimateText(cell.over_none?.success ?? null),
      ...[cell.stays.value.toFixed(3), cell.distinct.value.toFixed(3)],
      ...[estimateText(cell.over_none?.collateral ?? null), mostHarmed(cell)],
    ]),
    "",
    `in the target: share of continuations (greedy, at most ${result.max_new_tokens} tokens) whose first ${result.n_words_for_lid} words ${result.detector} takes for the target language; stays: for the source.`,
    "distinct: share of a continuation's tokens that are no repetition within it. Δ CE of others: nats per token over the other languages' texts, the source left out, the target among them, less that of No SV.",
    ...repetitions(result),
    ...gateLines(result),
    ...leftOut(result),
    ...result.warnings.map((warning) => `warning: ${warning}`),
  ];
}
