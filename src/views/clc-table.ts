import type { ClcResult } from "../experiments/steering/clc-result.js";
import { estimateText } from "./estimate-text.js";
import { type Column, tableLines } from "./table.js";

const COLUMNS: Column[] = [
  ...[{ title: "pair" }, { title: "layer", align: "right" as const }],
  ...[{ title: "α", align: "right" as const }, { title: "method" }],
  ...["in the target", "over No SV", "stays", "distinct", "Δ CE of others"].map(
    (title): Column => ({ title, align: "right" }),
  ),
];

/** How often continuations are in the target language, how they read, and what it costs other languages. */
export function clcLines(result: ClcResult): string[] {
  const { evaluation, vectors, gate, prompt } = result;
  let last = "";
  const rows = result.cells.map((cell) => {
    const setup = [`${cell.source} → ${cell.target}`, String(cell.layer), String(cell.alpha)];
    const shown = setup.join() === last ? ["", "", ""] : setup;
    last = setup.join();
    return [
      ...[...shown, cell.method, estimateText(cell.success)],
      estimateText(cell.over_none?.success ?? null),
      ...[cell.stays.value.toFixed(3), cell.distinct.value.toFixed(3)],
      estimateText(cell.over_none?.collateral ?? null),
    ];
  });
  return [
    `${result.run}: continuations of ${evaluation.eval_n} texts of the source, ${evaluation.other_eval_n} of each other language; ${evaluation.corpus}${evaluation.split === null ? "" : ` (${evaluation.split})`}`,
    `prompt: ${prompt === "instruction" ? "asked to go on in the target language" : `the text's first ${result.prompt_words} words alone`}; vectors ${vectors.bank === null ? `of ${vectors.train_n} texts a language${vectors.split === null ? "" : ` (${vectors.split})`}` : `from ${vectors.bank}`}; gate: top ${gate.top_k} above ${gate.threshold}; 95 % intervals over documents`,
    ...claim(result),
    "",
    ...tableLines(COLUMNS, rows),
    "",
    `in the target: share of continuations (greedy, at most ${result.max_new_tokens} tokens) whose first ${result.n_words_for_lid} words ${result.detector} takes for the target language; stays: for the source.`,
    "distinct: share of a continuation's tokens that are no repetition within it. Δ CE of others: nats per token over the other languages' texts, the source left out, less that of No SV.",
    ...(evaluation.lacking.length > 0
      ? [`Not evaluated, for the corpus lacks them: ${evaluation.lacking.join(", ")}.`]
      : []),
    ...(evaluation.excluded > 0
      ? [
          `${evaluation.excluded} texts are left out: the features were chosen or the vectors made on them.`,
        ]
      : []),
    ...result.warnings.map((warning) => `warning: ${warning}`),
  ];
}

function claim({ is_enough, evaluation }: ClcResult): string[] {
  if (is_enough) return [];
  return evaluation.is_disjoint === null
    ? ["The file of vectors does not tell which texts they were made of. Nothing is claimed."]
    : [
        `Only ${Math.min(evaluation.eval_n, evaluation.other_eval_n)} texts a language. Nothing is claimed.`,
      ];
}
