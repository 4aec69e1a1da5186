import { relative } from "node:path";
import type { Projection } from "../experiments/ablation/read-losses.js";
import { languageGroups } from "../experiments/synergy/language-groups.js";
import { synergy as measureSynergy, type SynergyResult } from "../experiments/synergy/synergy.js";
import { chooseLayers } from "../explore/choose-layers.js";
import { rankedBy } from "../runs/rank-by.js";
import { openRun } from "../runs/read.js";
import type { Chart } from "../views/charts/chart.js";
import {
  crossActivationPanels,
  synergyByRelation,
  synergyMatrix,
} from "../views/charts/synergy.js";
import { synergyLines } from "../views/synergy-table.js";
import { type EvaluationOptions, evaluationOf } from "./evaluation-options.js";
import { asJson, type Output } from "./output.js";
import { runLongExperiment } from "./run-long-experiment.js";

export interface SynergyOptions extends EvaluationOptions {
  layers?: (number | string)[] | undefined;
  topK: number;
  projection: string;
  seed: number;
  clusters?: string | undefined;
  json: boolean;
}

/** `vscore synergy RUN`: do features of two languages together do more than the sum, and do they fire on each other's texts? */
export async function synergy(
  name: string,
  options: SynergyOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const run = rankedBy(openRun(name), options.rankBy, options.topK);
  const request = {
    layers: options.layers === undefined ? run.meta.layers : chooseLayers(run, options.layers),
    ...{ topK: options.topK, seed: options.seed },
    projection: options.projection as Projection,
    groups: languageGroups(run, options.clusters),
    evaluation: evaluationOf(run, options),
  };
  const { result, folder } = await runLongExperiment(
    run,
    "synergy",
    (jobs, open, onNews) => measureSynergy(run, request, jobs, open, onNews),
    { figuresOf },
    output,
    signal,
  );
  if (options.json) output.data(asJson({ ...result, folder }));
  else output.result([...synergyLines(result), "", `Wrote ${relative(".", folder)}`].join("\n"));
}

function figuresOf(result: SynergyResult): [string, Chart][] {
  const relation = synergyByRelation(result);
  return [
    ["super-additivity", synergyMatrix(result)],
    ...(relation === null ? [] : [["within-and-across", relation] as [string, Chart]]),
    ["cross-activation", crossActivationPanels(result)],
  ];
}
