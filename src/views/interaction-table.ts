import type { InteractionsResult } from "../experiments/interactions/interactions.js";
import { shortNames } from "./short-names.js";
import { tableLines } from "./table.js";

const PAIRS = 3;

/** The matrix, which diagonals are the largest of their row, and the most one-sided pairs. */
export function interactionLines(result: InteractionsResult): string[] {
  const { languages, average, ablation, config, evaluation, is_enough } = result;
  const short = shortNames(languages);
  const columns = [
    { title: "evaluated" },
    ...languages.map((code) => ({ title: short.get(code) ?? code, align: "right" as const })),
  ];
  const rows = languages.map((code, i) => [
    code,
    ...(average[i] as number[]).map((value) => value.toFixed(2)),
  ]);
  const { self_is_largest, others_are_larger, asymmetry } = result;
  return [
    `${result.run}, ${ablation} (${config}): ΔCE in nats, mean over ${result.mean_over}, averaged over layers ${result.layers.map(({ layer }) => layer).join(", ")}`,
    `rows: language of the texts; columns: language whose features are taken out`,
    ...(is_enough
      ? []
      : [
          `Only ${evaluation.fewest} texts in the language with the fewest, or not other ones than those that chose the features. Nothing is claimed.`,
        ]),
    "",
    ...tableLines(columns, rows),
    "",
    `Its own features cost a language most of all for ${self_is_largest.length} of ${languages.length} languages.`,
    ...others_are_larger.map(
      ({ evaluated, ablated, value, own }) =>
        `${evaluated}: those of ${ablated} cost it more (${value.toFixed(3)} against ${own.toFixed(3)}).`,
    ),
    ...asymmetry
      .slice(0, PAIRS)
      .map(
        ({ first, second, on_first, on_second }) =>
          `One-sided: ${second}'s features cost ${first} ${on_first.toFixed(3)}, ${first}'s cost ${second} ${on_second.toFixed(3)}.`,
      ),
  ];
}
