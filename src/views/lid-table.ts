import type { LidResult } from "../experiments/steering/lid-result.js";
import { estimateText } from "./estimate-text.js";
import { corpusText, howText, leftOut, methodTable, noSteeringClaim } from "./steering-text.js";

const TITLES = ["CE of the name", "names target", "names source", "CE of others", "Δ CE of others"];

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
      estimateText(cell.over_none?.collateral ?? null),
    ]),
    "",
    `CE of the name: −log p of ${isFirst ? "the first token of the target's name" : "the target's name, per token"}, nats. names target: share of texts of whose ${result.candidates.length} candidate names it is the most probable${isFirst ? " by its first token" : ""}.`,
    "CE of others: nats per token over the other languages' texts, the source left out; Δ: less that of No SV on the same texts.",
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

/** Where gates are open: on the source, and at most on another language. */
function gateLines({ gate_rates, gate, learned }: LidResult): string[] {
  const share = (rate: number) => `${(100 * rate).toFixed(1)} %`;
  const shares = (source: string, layer: number, target: string | null) => {
    const rates = gate_rates.filter(
      (each) => each.source === source && each.layer === layer && each.target === target,
    );
    const own = rates.find(({ language }) => language === source);
    const others = rates.filter(({ language }) => language !== source);
    const most = others.reduce<(typeof others)[number] | undefined>(
      (top, each) => (top === undefined || each.rate > top.rate ? each : top),
      undefined,
    );
    return {
      own: own === undefined ? "–" : share(own.rate),
      most: most === undefined ? "" : `, ${share(most.rate)} of ${most.language}'s at most`,
    };
  };
  return [
    ...gate.features.map(({ source, layer, features }) => {
      const { own, most } = shares(source, layer, null);
      return `gate of ${source} at layer ${layer} (features ${features.join(", ")}): open on ${own} of its tokens${most}`;
    }),
    ...(learned?.gates ?? []).map(({ source, target, layer, losses }) => {
      const { own, most } = shares(source, layer, target);
      return `trained gate ${source} → ${target} at layer ${layer}: open by ${own} on its tokens on average${most}; loss ${(losses[0] ?? 0).toFixed(3)} → ${(losses.at(-1) ?? 0).toFixed(3)}`;
    }),
  ];
}
