import { join, relative } from "node:path";
import type { EngineJobs } from "../engine/engine-jobs.js";
import type { OpenExperiment } from "../experiments/ablation/ablate-run.js";
import type { ExperimentNews } from "../experiments/ablation/measure.js";
import { withLoading } from "../explore/with-loading.js";
import { refuseUnwritable } from "../runs/atomic-write.js";
import { LongExperiment } from "../runs/experiments.js";
import { RUN_FILES } from "../runs/files.js";
import type { FinishedRun } from "../runs/read.js";
import type { Chart } from "../views/charts/chart.js";
import { drawnFiles } from "../views/charts/drawn-files.js";
import { duration, showProgress } from "../views/progress.js";
import type { Output } from "./output.js";

/** What an experiment on losses does, and gives: its result, its rows where there are any, and files that the engine alone can write. */
export type Work<Result> = (
  jobs: EngineJobs,
  open: OpenExperiment,
  onNews: (news: ExperimentNews) => void,
) => Promise<{
  result: Result;
  rows?: Uint8Array;
  files?: ReadonlyMap<string, string | Uint8Array>;
}>;

/** What is written beside a result and its rows. */
export interface Beside<Result> {
  figuresOf?: (result: Result) => [string, Chart][];
  filesOf?: (result: Result) => ReadonlyMap<string, string>;
}

/**
 * Runs an experiment that takes long and can be gone on with, shows how far it is, and writes what it found.
 *
 * @returns the result and its folder
 */
export async function runLongExperiment<Result>(
  run: FinishedRun,
  kind: string,
  work: Work<Result>,
  { figuresOf, filesOf }: Beside<Result>,
  output: Output,
  signal: AbortSignal,
): Promise<{ result: Result; folder: string }> {
  refuseUnwritable(join(run.folder, RUN_FILES.experimentsFolder));
  const progress = showProgress({ ...output, write: output.raw });
  let experiment: LongExperiment | undefined;
  const open: OpenExperiment = async (identity) => {
    experiment = await LongExperiment.begin(run.folder, kind, identity);
    if (experiment.isResumed) output.note(`Going on with ${relative(".", experiment.folder)}`);
    return experiment;
  };
  try {
    const {
      result,
      rows,
      files: made,
    } = await withLoading(signal, progress.news, (jobs, onLoaded) => {
      const tell = passes(
        (phase) => progress.news({ type: "phase", phase }),
        (plan) => output.note(plan),
        onLoaded,
      );
      return work(jobs, open, tell);
    }).finally(progress.stop);
    const files = new Map<string, string | Uint8Array>([
      ...(rows === undefined ? [] : [["rows.safetensors", rows] as const]),
      ...(made ?? []),
      ...(filesOf?.(result) ?? []),
    ]);
    for (const [file, content] of await drawnFiles(figuresOf?.(result) ?? []))
      files.set(file, content);
    await experiment?.finish(result, files);
    return { result, folder: experiment?.folder ?? "" };
  } catch (error) {
    if (experiment !== undefined && signal.aborted)
      output.note(
        `What is finished is kept in ${relative(".", experiment.folder)}. The same command goes on with it.`,
      );
    throw error;
  } finally {
    await experiment?.release();
  }
}

/** Tells how far the passes are, and how long they take. */
function passes(
  tell: (phase: string) => void,
  note: (plan: string) => void,
  onLoaded: () => void,
): (news: ExperimentNews) => void {
  let since: { at: number; done: number } | undefined;
  return (news) => {
    if (news.type === "phase") return tell(news.phase);
    onLoaded();
    if (news.type === "loaded") return;
    if (news.type === "plan")
      return note(
        `${news.passes} forward passes: ${news.batches} batches, each once as the model is and once under each set of features`,
      );
    const { phase, done, total } = news;
    since ??= { at: performance.now(), done };
    const seconds = (performance.now() - since.at) / 1000;
    const speed = (done - since.done) / seconds;
    const left = speed > 0 ? `, ${duration((total - done) / speed)} left` : "";
    tell(`${phase}: ${Math.floor((100 * done) / total)} %${left}`);
  };
}
