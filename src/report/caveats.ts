import { EMBEDDED } from "../config/presets.js";
import { ENOUGH_TEXTS } from "../reduce/enough-texts.js";
import { controlWords } from "../runs/controls.js";
import type { FinishedRun } from "../runs/read.js";
import { topFeatures } from "../runs/top-features.js";
import type { PlottedRun } from "../views/charts/chart.js";
import { tooFewTexts } from "../views/evidence-text.js";

/** What a reader of the findings must know of the texts that they are from. */
export function caveats(run: PlottedRun): string[] {
  const chosen =
    "Features were ranked by the same texts that v and the means are from: those of the best features are too high on average, the more so the fewer the texts.";
  if (run.statistics === null)
    return [`${chosen} Other texts, such as another split, tell by how much.`];
  const few = tooFewTexts(run);
  return [
    ...[controlWords(run.meta)].filter((words) => words !== null),
    ...(few === null
      ? []
      : [`Only ${few} texts a language: from fewer than ${ENOUGH_TEXTS} nothing is claimed.`]),
    `${chosen} ${heldOutText(run)}`,
    ...(isTrainedOn(run)
      ? [
          "The embedded model was trained on these very texts (udhr, dev). Held out are --split devtest and --corpus manuals.",
        ]
      : []),
  ];
}

/** What is left of the best features' v on texts that did not rank them. */
export function heldOutText(run: FinishedRun): string {
  const ratios = topFeatures(run, { topK: 1 })
    .flatMap(({ v, heldout_v }) => (heldout_v === null || v <= 0 ? [] : [heldout_v / v]))
    .sort((a, b) => a - b);
  const median = ratios[Math.floor(ratios.length / 2)];
  if (median === undefined) return "Other texts, such as another split, tell by how much.";
  const where =
    run.heldOut === null
      ? "on one half of the texts, of what the other half ranks first,"
      : `on ${run.heldOut.meta.split}, which had no part in ranking,`;
  return `Of the best feature's v ${(100 * median).toFixed(0)} % is left ${where} median over languages and layers.`;
}

/** The only model whose training texts are known here: its card says which. */
const isTrainedOn = ({ meta }: FinishedRun): boolean =>
  meta.model_id === `${EMBEDDED}model` && meta.corpus === "udhr" && meta.split !== "devtest";
