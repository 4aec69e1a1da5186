import type {
  AblationResult,
  AblationSummary,
  EvaluationFacts,
} from "../experiments/ablation/ablation-result.js";

import { widestConfig } from "./charts/ablation.js";
import { estimateText } from "./estimate-text.js";
import { tableLines } from "./table.js";

/** What taking features out costs the language, the others and what controls cost it; what the columns mean. */
export function ablationLines(result: AblationResult, layer: number | null): string[] {
  const config = widestConfig(result);
  const shown = result.summary.filter((each) => each.layer === layer && each.config === config);
  const { evaluation, projection } = result;
  const place = `${evaluation.corpus}${evaluation.split === null ? "" : ` (${evaluation.split})`}`;
  return [
    `${result.run}: ${config} of each language taken out at ${layer === null ? "each layer by itself, mean over the layers" : `layer ${layer}`}, projection: ${projection}`,
    `evaluated on ${place}, ${textsText(evaluation)}; ΔCE in nats per token with 95 % intervals over documents`,
    ...(result.is_enough ? [] : [`${noClaim(result)} Nothing is claimed.`]),
    "",
    ...tableLines(COLUMNS, shown.map(cellsOf)),
    "",
    "own: on the language's own texts. others: mean over the other languages. most: the other language that it costs most.",
    "random: as many random features, nearest in mean activation on the language; active: theirs in parts of its own ones'.",
    "rival: the other language's features that cost this one most.",
    ...controlLines(shown),
    ...(evaluation.lacking.length > 0
      ? [`Not evaluated, for the corpus lacks them: ${evaluation.lacking.join(", ")}.`]
      : []),
    ...(evaluation.excluded > 0
      ? [`${evaluation.excluded} texts are left out: the features were chosen on them.`]
      : []),
    ...result.warnings.map((warning) => `warning: ${warning}`),
  ];
}

/** How many texts a language has, and from how many documents they are where that is fewer. */
export const textsText = ({ fewest, fewest_documents }: EvaluationFacts): string =>
  fewest_documents < fewest
    ? `${fewest} texts from ${fewest_documents} documents or more a language`
    : `${fewest} texts or more a language`;

/** Below such a share of the own features' activation random ones are a weak control. */
const WEAK = 0.5;

function controlLines(shown: readonly AblationSummary[]): string[] {
  const weak = shown.filter(
    ({ random_activation: share }) => share !== null && (share < WEAK || share > 1 / WEAK),
  );
  return weak.length === 0
    ? []
    : [
        `The dictionary has no other features that are nearly as active on ${weak.map(({ ablated }) => ablated).join(", ")}: there, what own features cost beyond random ones is in part what more activation costs.`,
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
  { title: "active", align: "right" },
  { title: "rival" },
] as const;

const cellsOf = (each: AblationSummary): string[] => [
  each.ablated,
  estimateText(each.own),
  estimateText(each.others_mean),
  `${each.largest_other.evaluated} ${each.largest_other.delta.value.toFixed(3)}`,
  estimateText(each.random),
  each.random_activation === null ? "–" : each.random_activation.toFixed(2),
  each.other_features === null
    ? "–"
    : `${each.other_features.ablated} ${each.other_features.delta.value.toFixed(3)}`,
];
