import type { InteractionsResult } from "../experiments/interactions/interactions.js";
import { estimateText } from "./estimate-text.js";
import { evaluationText, noClaim } from "./evaluation-text.js";
import { byMeasure } from "./ranking-text.js";
import { shortNames } from "./short-names.js";
import { tableLines } from "./table.js";

const PAIRS = 3;

/** The matrix, which diagonals are the largest of their row, and the most one-sided pairs. */
export function interactionLines(result: InteractionsResult): string[] {
  const { languages, average, ablation, config, evaluation } = result;
  const without = noClaim(result);
  const short = shortNames(languages);
  const columns = [
    { title: "evaluated" },
    ...languages.map((code) => ({ title: short.get(code) ?? code, align: "right" as const })),
  ];
  const rows = languages.map((code, i) => [
    code,
    ...(average[i] as number[]).map((value) => value.toFixed(2)),
  ]);
  return [
    `${result.run}, ${ablation} (${config}${byMeasure(result.ranked_by)}): ΔCE in nats, mean over ${result.mean_over}, averaged over layers ${result.layers.map(({ layer }) => layer).join(", ")}`,
    `evaluated on ${evaluationText(evaluation)}`,
    `rows: language of the texts; columns: language whose features are taken out`,
    ...(without === null ? [] : [without]),
    "",
    ...tableLines(columns, rows),
    ...(without === null ? ["", ...claimsOf(result)] : []),
  ];
}

/** What the matrix says, where there are texts enough to say it. */
function claimsOf({
  languages,
  self_is_largest,
  others_are_larger,
  asymmetry,
}: InteractionsResult): string[] {
  return [
    `Its own features cost a language most of all for ${self_is_largest.length} of ${languages.length} languages.`,
    ...others_are_larger.map(
      ({ evaluated, ablated, value, own }) =>
        `${evaluated}: those of ${ablated} cost it more (${value.toFixed(3)} against ${own.toFixed(3)}).`,
    ),
    ...asymmetry
      .slice(0, PAIRS)
      .map(
        ({ first, second, on_first, on_second, interval_on_first, interval_on_second }) =>
          `One-sided: ${second}'s features cost ${first} ${estimateText({ value: on_first, interval: interval_on_first })}, ${first}'s cost ${second} ${estimateText({ value: on_second, interval: interval_on_second })}.`,
      ),
  ];
}
