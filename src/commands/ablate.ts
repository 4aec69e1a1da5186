import { relative } from "node:path";
import { requestError } from "../errors.js";
import { ablate as ablateRun } from "../experiments/ablation/ablate-run.js";
import type { AblationResult } from "../experiments/ablation/ablation-result.js";
import { parseConfigs } from "../experiments/ablation/ablation-sets.js";
import { averagedLayer } from "../experiments/ablation/averaged-layer.js";
import type { Projection } from "../experiments/ablation/read-losses.js";
import { chooseLayers } from "../explore/choose-layers.js";
import { rankedBy } from "../runs/rank-by.js";
import { type FinishedRun, openRun } from "../runs/read.js";
import { ablationLines } from "../views/ablation-table.js";
import {
  ablationOverLayers,
  ablationSpecificity,
  ablationTriples,
} from "../views/charts/ablation.js";
import type { Chart } from "../views/charts/chart.js";
import { type EvaluationOptions, evaluationOf } from "./evaluation-options.js";
import { asJson, type Output } from "./output.js";
import { runLongExperiment } from "./run-long-experiment.js";

export interface AblateOptions extends EvaluationOptions {
  layers?: (number | string)[] | undefined;
  languages?: string[] | undefined;
  topK: number;
  configs?: string | undefined;
  projection: string;
  draws: number;
  seed: number;
  json: boolean;
}

/** `vscore ablate RUN`: what taking languages' best features out of the model costs its predictions of every language. */
export async function ablate(
  name: string,
  options: AblateOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const run = rankedBy(openRun(name), options.rankBy, options.topK);
  const request = {
    layers: options.layers === undefined ? run.meta.layers : chooseLayers(run, options.layers),
    ablated: chosenLanguages(run, options.languages),
    configs: parseConfigs(options.configs, options.topK),
    projection: options.projection as Projection,
    ...{ draws: options.draws, seed: options.seed },
    evaluation: evaluationOf(run, options),
  };
  const { result, folder } = await runLongExperiment(
    run,
    "ablate",
    (jobs, open, onNews) => ablateRun(run, request, jobs, open, onNews),
    {
      figuresOf,
      filesOf: (result) => new Map([["summary.json", summaryOf(result)]]),
    },
    output,
    signal,
  );
  if (options.json) {
    output.data(asJson({ ...result, folder }));
    return;
  }
  const layer = averagedLayer(result.layers);
  output.result([...ablationLines(result, layer), "", `Wrote ${relative(".", folder)}`].join("\n"));
}

/** @throws VscoreError (request) for languages that the run lacks */
function chosenLanguages({ name, meta }: FinishedRun, asked: string[] | undefined): string[] {
  const stray = asked?.filter((code) => !meta.languages.includes(code)) ?? [];
  if (stray.length > 0)
    throw requestError(
      `--languages: found ${stray.join(", ")}, the run ${name} has ${meta.languages.join(", ")}. Choose among them.`,
    );
  return asked === undefined
    ? meta.languages
    : meta.languages.filter((code) => asked.includes(code));
}

/** What the table says, without every set and cell. */
const summaryOf = ({ sets: _, cells: __, ...result }: AblationResult): string =>
  `${JSON.stringify(result, null, 2)}\n`;

const figuresOf = (result: AblationResult): [string, Chart][] => [
  ["over-layers", ablationOverLayers(result)],
  ["specificity", ablationSpecificity(result)],
  ["triples", ablationTriples(result)],
];
