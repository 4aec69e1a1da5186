import { EMBEDDED } from "../config/presets.js";
import type { PlottedRun } from "../views/charts/chart.js";

/** What a reader of the findings must know of the texts that they are from. */
export function caveats(run: PlottedRun): string[] {
  return [
    "Features were ranked by the same texts that v and the means are from: those of the best features are too high on average, the more so the fewer the texts. Other texts, such as another split, tell by how much.",
    ...(isTrainedOn(run)
      ? [
          "The embedded model was trained on these very texts (udhr, dev). Held out are --split devtest and --corpus manuals.",
        ]
      : []),
  ];
}

/** The only model whose training texts are known here: its card says which. */
const isTrainedOn = (run: PlottedRun): boolean =>
  run.statistics !== null &&
  run.meta.model_id === `${EMBEDDED}model` &&
  run.meta.corpus === "udhr" &&
  run.meta.split !== "devtest";
