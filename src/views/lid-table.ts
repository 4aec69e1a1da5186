import type { LidResult } from "../experiments/steering/lid-result.js";
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
  "CE of the name",
  "names target",
  "names source",
  "CE of others",
  "Δ CE of others",
  "most harmed",
];

/** A model that does not name the languages that it reads is no measure of naming others. */
function untaught({ cells, candidates }: LidResult): string[] {
  const plain = cells.filter(({ method }) => method === "No SV");
  const most = Math.max(0, ...plain.map(({ says_source }) => says_source.value));
  if (most >= 1 / candidates.length) return [];
  return [
    `As it is, the model names the source for ${(100 * most).toFixed(0)} % of its texts at most, less than by chance: it does not name languages when asked so. Only what steering costs other languages means something here.`,
  ];
}

/** What the model says of the source's texts, and what it costs its predictions of other languages. */
export function lidLines(result: LidResult): string[] {
  const { evaluation } = result;
  const isFirst = result.metric === "first-token";
  const twins = result.candidates.filter(({ same_start }) => same_start.length > 0);
  return [
    `${result.run}: language identification, ${evaluation.eval_n} texts of the source, ${evaluation.other_eval_n} of each other language; ${corpusText(result)}`,
    howText(result),
    ...noSteeringClaim(result),
    "",
    ...methodTable(result.cells, TITLES, (cell) => [
      estimateText(isFirst ? cell.ce_first : cell.ce_full),
      estimateText(isFirst ? cell.accuracy_first : cell.accuracy_full),
      ...[cell.says_source.value.toFixed(3), cell.collateral.value.toFixed(3)],
      ...[estimateText(cell.over_none?.collateral ?? null), mostHarmed(cell)],
    ]),
    "",
    `CE of the name: −log p of ${isFirst ? "the first token of the target's name" : "the target's name, per token"}, nats. names target: share of texts of whose ${result.candidates.length} candidate names it is the most probable${isFirst ? " by its first token" : ""}; names source: the source's, by its whole name.`,
    "CE of others: nats per token over the other languages' texts, the source left out, the target among them; Δ: less that of No SV on the same texts.",
    ...untaught(result),
    ...(twins.length > 0
      ? [
          `Names that begin with the same token are not told apart by it: ${twins.map(({ name }) => name).join(", ")}.`,
        ]
      : []),
    ...leftOut(result),
    ...gateLines(result),
    ...result.warnings.map((warning) => `warning: ${warning}`),
  ];
}
