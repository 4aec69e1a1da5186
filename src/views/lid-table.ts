import type { LidResult } from "../experiments/steering/lid-result.js";
import { estimateText } from "./estimate-text.js";
import { type Column, tableLines } from "./table.js";

const COLUMNS: Column[] = [
  ...[{ title: "pair" }, { title: "layer", align: "right" as const }],
  ...[{ title: "α", align: "right" as const }, { title: "method" }],
  ...["CE of the name", "names target", "names source", "CE of others", "Δ CE of others"].map(
    (title): Column => ({ title, align: "right" }),
  ),
];

/** What the model says of the source's texts, and what it costs its predictions of other languages. */
export function lidLines(result: LidResult): string[] {
  const { evaluation, vectors, gate, metric } = result;
  const isFirst = metric === "first-token";
  let last = "";
  const rows = result.cells.map((cell) => {
    const setup = [`${cell.source} → ${cell.target}`, String(cell.layer), String(cell.alpha)];
    const shown = setup.join() === last ? ["", "", ""] : setup;
    last = setup.join();
    return [
      ...shown,
      cell.method,
      estimateText(isFirst ? cell.ce_first : cell.ce_full),
      estimateText(isFirst ? cell.accuracy_first : cell.accuracy_full),
      cell.says_source.value.toFixed(3),
      cell.collateral.value.toFixed(3),
      estimateText(cell.over_none?.collateral ?? null),
    ];
  });
  const twins = result.candidates.filter(({ same_start }) => same_start.length > 0);
  return [
    `${result.run}: language identification, ${evaluation.eval_n} texts of the source, ${evaluation.other_eval_n} of each other language; ${evaluation.corpus}${evaluation.split === null ? "" : ` (${evaluation.split})`}`,
    `vectors ${vectors.bank === null ? `of ${vectors.train_n} texts a language${vectors.split === null ? "" : ` (${vectors.split})`}` : `from ${vectors.bank}`}${vectors.normalize ? ", normalised" : ""}; gate: top ${gate.top_k} above ${gate.threshold}; 95 % intervals over documents`,
    ...claim(result),
    "",
    ...tableLines(COLUMNS, rows),
    "",
    `CE of the name: −log p of ${isFirst ? "the first token of the target's name" : "the target's name, per token"}, nats. names target: share of texts of whose ${result.candidates.length} candidate names it is the most probable${isFirst ? " by its first token" : ""}.`,
    "CE of others: nats per token over the other languages' texts, the source left out; Δ: less that of No SV on the same texts.",
    ...(twins.length > 0
      ? [
          `Names that begin with the same token are not told apart by it: ${twins.map(({ name }) => name).join(", ")}.`,
        ]
      : []),
    ...(evaluation.lacking.length > 0
      ? [`Not evaluated, for the corpus lacks them: ${evaluation.lacking.join(", ")}.`]
      : []),
    ...(evaluation.excluded > 0
      ? [
          `${evaluation.excluded} texts are left out: the features were chosen or the vectors made on them.`,
        ]
      : []),
    ...gateLines(result),
    ...result.warnings.map((warning) => `warning: ${warning}`),
  ];
}

function claim({ is_enough, evaluation }: LidResult): string[] {
  if (is_enough) return [];
  return evaluation.is_disjoint === null
    ? ["The file of vectors does not tell which texts they were made of. Nothing is claimed."]
    : [
        `Only ${Math.min(evaluation.eval_n, evaluation.other_eval_n)} texts a language. Nothing is claimed.`,
      ];
}

/** Where gates are open: on the source, and at most on another language. */
function gateLines({ gate_rates, gate }: LidResult): string[] {
  const share = (rate: number) => `${(100 * rate).toFixed(1)} %`;
  return gate.features.map(({ source, layer, features }) => {
    const rates = gate_rates.filter((each) => each.source === source && each.layer === layer);
    const own = rates.find(({ language }) => language === source);
    const others = rates.filter(({ language }) => language !== source);
    const most = others.reduce<(typeof others)[number] | undefined>(
      (top, each) => (top === undefined || each.rate > top.rate ? each : top),
      undefined,
    );
    return `gate of ${source} at layer ${layer} (features ${features.join(", ")}): open on ${own === undefined ? "–" : share(own.rate)} of its tokens${most === undefined ? "" : `, on ${share(most.rate)} of ${most.language}'s at most`}`;
  });
}
