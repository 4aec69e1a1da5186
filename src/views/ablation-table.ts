import type { AblationResult, AblationSummary } from "../experiments/ablation/ablation-result.js";

import { widestConfig } from "./charts/ablation.js";
import { estimateText } from "./estimate-text.js";
import { evaluationNotes, evaluationText, noClaim } from "./evaluation-text.js";
import { byMeasure } from "./ranking-text.js";
import { tableLines } from "./table.js";

/** What taking features out costs the language, the others and what controls cost it; what the columns mean. */
export function ablationLines(result: AblationResult, layer: number | null): string[] {
  const config = widestConfig(result);
  const shown = result.summary.filter((each) => each.layer === layer && each.config === config);
  const { evaluation, projection } = result;
  const without = noClaim(result);
  return [
    `${result.run}: ${config} of each language${byMeasure(result.ranked_by)} taken out at ${layer === null ? "each layer by itself, mean over the layers" : `layer ${layer}`}, projection: ${projection}`,
    `evaluated on ${evaluationText(evaluation)}; ΔCE in nats per token with 95 % intervals over documents`,
    ...(without === null ? [] : [without]),
    "",
    ...tableLines(COLUMNS, shown.map(cellsOf)),
    "",
    "own: on the language's own texts. others: mean over the other languages. most: the other language that it costs most.",
    `random: as many random features, nearest in mean activation on the language (${drawsText(result)}); active: theirs in parts of its own ones'; they can be its own next best.`,
    "rival: the other language's features that cost this one most.",
    ...controlLines(shown),
    ...evaluationNotes(evaluation),
    ...result.warnings.map((warning) => `warning: ${warning}`),
  ];
}

function drawsText({ sets }: AblationResult): string {
  const draws = Math.max(0, ...sets.map(({ kind, draw }) => (kind === "random" ? draw + 1 : 0)));
  return `${draws} ${draws === 1 ? "draw" : "draws"}`;
}

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
