import type {
  AblationResult,
  AblationSummary,
  Estimate,
} from "../experiments/ablation/ablation-result.js";

import { widestConfig } from "./charts/ablation.js";
import { tableLines } from "./table.js";

const text = (estimate: Estimate | null): string => {
  if (estimate === null) return "–";
  const { value, interval } = estimate;
  return interval === null
    ? value.toFixed(3)
    : `${value.toFixed(3)} [${interval.lo.toFixed(3)}, ${interval.hi.toFixed(3)}]`;
};

/** What taking features out costs the language, the others and what controls cost it; what the columns mean. */
export function ablationLines(result: AblationResult, layer: number | null): string[] {
  const config = widestConfig(result);
  const shown = result.summary.filter((each) => each.layer === layer && each.config === config);
  const { evaluation, projection } = result;
  const place = `${evaluation.corpus}${evaluation.split === null ? "" : ` (${evaluation.split})`}`;
  return [
    `${result.run}: ${config} of each language taken out at ${layer === null ? "each layer by itself, mean over the layers" : `layer ${layer}`}, projection: ${projection}`,
    `evaluated on ${place}, ${evaluation.fewest} texts or more a language; ΔCE in nats per token with 95 % intervals over texts`,
    ...(result.is_enough ? [] : [`${noClaim(result)} Nothing is claimed.`]),
    "",
    ...tableLines(COLUMNS, shown.map(cellsOf)),
    "",
    "own: on the language's own texts. others: mean over the other languages. most: the other language that it costs most.",
    "random: as many random features, equally active on the language. rival: the other language's features that cost this one most.",
    ...(evaluation.lacking.length > 0
      ? [`Not evaluated, for the corpus lacks them: ${evaluation.lacking.join(", ")}.`]
      : []),
    ...(evaluation.excluded > 0
      ? [`${evaluation.excluded} texts are left out: the features were chosen on them.`]
      : []),
    ...result.warnings.map((warning) => `warning: ${warning}`),
  ];
}

const noClaim = ({ evaluation }: AblationResult): string =>
  evaluation.is_disjoint
    ? `Only ${evaluation.fewest} texts in the language with the fewest.`
    : "These are the texts that the features were chosen on.";

const COLUMNS = [
  { title: "language" },
  { title: "own", align: "right" },
  { title: "others", align: "right" },
  { title: "most" },
  { title: "random", align: "right" },
  { title: "rival" },
] as const;

const cellsOf = (each: AblationSummary): string[] => [
  each.ablated,
  text(each.own),
  text(each.others_mean),
  `${each.largest_other.evaluated} ${each.largest_other.delta.value.toFixed(3)}`,
  text(each.random),
  each.other_features === null
    ? "–"
    : `${each.other_features.ablated} ${each.other_features.delta.value.toFixed(3)}`,
];
