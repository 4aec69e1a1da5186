import { averagedLayer } from "../experiments/ablation/averaged-layer.js";
import type { SynergyResult } from "../experiments/synergy/synergy.js";
import { estimateText } from "./estimate-text.js";
import { evaluationNotes, evaluationText, noClaim } from "./evaluation-text.js";
import { byMeasure } from "./ranking-text.js";
import { tableLines } from "./table.js";

const LISTED = 8;

/** Both readings: the pairs that are furthest from the sum, pairs within groups and across, and the most shared activation. */
export function synergyLines(result: SynergyResult): string[] {
  const { evaluation, top_k, projection, layers } = result;
  const layer = averagedLayer(result.layers);
  const without = noClaim(result);
  const place = layer === null ? "mean over the layers" : `layer ${layer}`;
  const pairs = result.pairs
    .filter((each) => each.layer === layer)
    .sort((a, b) => Math.abs(b.synergy.value) - Math.abs(a.synergy.value))
    .slice(0, LISTED);
  const relation = result.relations.find((each) => each.layer === layer);
  return [
    `${result.run}: top ${top_k}${byMeasure(result.ranked_by)} of two languages taken out together (projection: ${projection}), ${place}`,
    `evaluated on ${evaluationText(evaluation)}; nats per token, 95 % intervals over documents`,
    ...(without === null ? [] : [without]),
    "",
    "Super-additivity ΔAB − ΔA − ΔB on texts of A; the pairs furthest from the sum:",
    "",
    ...tableLines(
      [
        { title: "A" },
        { title: "B" },
        { title: "ΔA", align: "right" },
        { title: "ΔB", align: "right" },
        { title: "ΔAB", align: "right" },
        { title: "beyond the sum", align: "right" },
      ],
      pairs.map((each) => [
        each.evaluated,
        each.other,
        ...[each.own, each.of_other, each.both].map((value) => value.toFixed(3)),
        estimateText(each.synergy),
      ]),
    ),
    "",
    ...(relation === undefined
      ? ["No groups of languages are known: vscore cluster makes some, --clusters takes yours."]
      : [
          `Within groups ${estimateText(relation.intra)}, across ${estimateText(relation.inter)}, difference ${estimateText(relation.difference)} (groups: ${result.groups?.source}; a language in none is by itself).`,
        ]),
    "",
    "Cross-activation: mean activation of a language's features on another's texts, in parts of that on its own:",
    ...layers.map((each) => `layer ${each}: ${sharedText(result, each)}`),
    ...evaluationNotes(evaluation),
    ...result.warnings.map((warning) => `warning: ${warning}`),
  ];
}

function sharedText({ cross_activation, languages }: SynergyResult, layer: number): string {
  const found = cross_activation.find((each) => each.layer === layer);
  return (
    languages
      .flatMap((of, a) =>
        languages.map((on, b) => ({
          of,
          on,
          share: found?.normalized[a]?.[b] ?? 0,
          isOwn: a === b,
        })),
      )
      .filter(({ isOwn }) => !isOwn)
      .sort((a, b) => b.share - a.share)
      .slice(0, 3)
      .map(({ of, on, share }) => `those of ${of} on ${on} ${share.toFixed(2)}`)
      .join(", ") || "nothing"
  );
}
