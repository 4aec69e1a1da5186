import { relative } from "node:path";
import { requestError } from "../errors.js";
import { ablate as ablateRun } from "../experiments/ablation/ablate-run.js";
import type { AblationResult } from "../experiments/ablation/ablation-result.js";
import { parseConfigs } from "../experiments/ablation/ablation-sets.js";
import { standardCorpus } from "../experiments/ablation/evaluation-texts.js";
import type { ExperimentNews } from "../experiments/ablation/measure.js";
import type { Projection } from "../experiments/ablation/read-losses.js";
import { chooseLayers } from "../explore/choose-layers.js";
import { withLoading } from "../explore/with-loading.js";
import { LongExperiment } from "../runs/experiments.js";
import { type FinishedRun, openRun } from "../runs/read.js";
import { ablationLines } from "../views/ablation-table.js";
import {
  ablationOverLayers,
  ablationSpecificity,
  ablationTriples,
} from "../views/charts/ablation.js";
import type { Chart } from "../views/charts/chart.js";
import { drawnFiles } from "../views/charts/drawn-files.js";
import { duration, showProgress } from "../views/progress.js";
import { asJson, type Output } from "./output.js";

export interface AblateOptions {
  layers?: (number | string)[] | undefined;
  languages?: string[] | undefined;
  topK: number;
  configs?: string | undefined;
  projection: string;
  draws: number;
  seed: number;
  corpus?: string | undefined;
  split?: string | undefined;
  texts: number;
  sameTexts: boolean;
  json: boolean;
}

/** `vscore ablate RUN`: what taking languages' best features out of the model costs its predictions of every language. */
export async function ablate(
  name: string,
  options: AblateOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const run = openRun(name);
  const request = {
    layers: options.layers === undefined ? run.meta.layers : chooseLayers(run, options.layers),
    ablated: chosenLanguages(run, options.languages),
    configs: parseConfigs(options.configs, options.topK),
    projection: options.projection as Projection,
    ...{ draws: options.draws, seed: options.seed },
    evaluation: {
      corpus: options.corpus ?? standardCorpus(run),
      split: (options.split ?? "devtest") as "dev" | "devtest",
      splitGiven: options.split !== undefined,
      ...{ texts: options.texts, sameTexts: options.sameTexts },
    },
  };
  const progress = showProgress({ ...output, write: output.raw });
  let experiment: LongExperiment | undefined;
  const open = async (identity: object) => {
    experiment = await LongExperiment.begin(run.folder, "ablate", identity);
    if (experiment.isResumed) output.note(`Going on with ${relative(".", experiment.folder)}`);
    return experiment;
  };
  try {
    const { result, rows } = await withLoading(signal, progress.news, (jobs, onLoaded) => {
      const tell = passes((phase) => progress.news({ type: "phase", phase }), onLoaded);
      return ablateRun(run, request, jobs, open, tell);
    }).finally(progress.stop);
    const files = new Map<string, string | Uint8Array>([["rows.safetensors", rows]]);
    for (const [file, content] of await drawnFiles(figuresOf(result))) files.set(file, content);
    await experiment?.finish(result, files);
    const folder = experiment?.folder ?? "";
    if (options.json) {
      output.data(asJson({ ...result, folder }));
      return;
    }
    const layer = result.layers.length > 1 ? null : (result.layers[0] ?? null);
    output.result(
      [...ablationLines(result, layer), "", `Wrote ${relative(".", folder)}`].join("\n"),
    );
  } finally {
    await experiment?.release();
  }
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

/** Tells how far the passes are, and how long they take. */
function passes(
  tell: (phase: string) => void,
  onLoaded: () => void,
): (news: ExperimentNews) => void {
  let since: { at: number; done: number } | undefined;
  return ({ phase, done, total }) => {
    if (total === 0) return tell(phase);
    onLoaded();
    since ??= { at: performance.now(), done };
    const seconds = (performance.now() - since.at) / 1000;
    const speed = (done - since.done) / seconds;
    const left = speed > 0 ? `, ${duration((total - done) / speed)} left` : "";
    tell(`${phase}: ${Math.floor((100 * done) / total)} %${left}`);
  };
}

const figuresOf = (result: AblationResult): [string, Chart][] => [
  ["over-layers", ablationOverLayers(result)],
  ["specificity", ablationSpecificity(result)],
  ["triples", ablationTriples(result)],
];
