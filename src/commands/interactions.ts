import { relative } from "node:path";
import { readAblation } from "../experiments/ablation/read-ablation.js";
import {
  INTERACTION_FILE,
  interactionMatrixCsv,
} from "../experiments/interactions/interaction-matrix.js";
import {
  averageMatrix,
  interactions as makeInteractions,
} from "../experiments/interactions/interactions.js";
import { writeExperiment } from "../runs/experiments.js";
import { openRun } from "../runs/read.js";
import { drawnFiles } from "../views/charts/drawn-files.js";
import {
  asymmetryBars,
  interactionHeatmap,
  interactionsByLayer,
  normalizedHeatmap,
} from "../views/charts/interactions.js";
import { interactionLines } from "../views/interaction-table.js";
import { asJson, type Output } from "./output.js";

export interface InteractionsOptions {
  experiment?: string | undefined;
  config?: string | undefined;
  meanOver: "tokens" | "texts";
  json: boolean;
}

/** `vscore interactions RUN`: what each language's features cost each language, as a matrix, from a finished ablation. */
export async function interactions(
  name: string,
  { experiment, config, meanOver, json }: InteractionsOptions,
  output: Output,
): Promise<void> {
  const run = openRun(name);
  const result = makeInteractions(readAblation(run, experiment), { config, meanOver });
  const { languages } = result;
  const files = new Map<string, string | Uint8Array>([
    [INTERACTION_FILE, interactionMatrixCsv(averageMatrix(result))],
    ...result.layers.map(({ layer, matrix }): [string, string] => [
      `interaction_matrix_layer_${layer}.csv`,
      interactionMatrixCsv({ languages, matrix }),
    ]),
    ...(await drawnFiles([
      ["raw", interactionHeatmap(result)],
      ["normalized", normalizedHeatmap(result)],
      ["by-layer", interactionsByLayer(result)],
      ["asymmetry", asymmetryBars(result)],
    ])),
  ]);
  const folder = await writeExperiment(run.folder, "interactions", result, files);
  if (json) output.data(asJson({ ...result, folder }));
  else
    output.result([...interactionLines(result), "", `Wrote ${relative(".", folder)}`].join("\n"));
}
