import { EngineJobs } from "../engine/engine-jobs.js";
import type { EngineProgress } from "../engine/frames.js";
import { findInterpreter } from "../engine/interpreter.js";
import { PythonEngine } from "../engine/python-engine.js";
import { type ForeignRun, openForeignRun } from "../runs/foreign.js";
import { type FinishedRun, openRun, readForeignMeta, runFolder } from "../runs/read.js";
import { readTorchScores } from "../runs/torch-scores.js";

/**
 * A finished run of ours, or one that another tool wrote; that one's scores are converted by Python the first time.
 *
 * @throws VscoreError
 */
export async function openAnyRun(
  name: string,
  signal: AbortSignal,
  onConvert: (folder: string) => void,
): Promise<FinishedRun | ForeignRun> {
  const folder = runFolder(name);
  const meta = readForeignMeta(folder);
  if (meta === null) return openRun(name);
  return openForeignRun(folder, meta, (scores) => {
    onConvert(folder);
    return withEngine(signal, (jobs) =>
      readTorchScores(scores, (source, target) => jobs.readTorch(source, target)),
    );
  });
}

/** Starts the engine for some jobs, and ends it. */
export async function withEngine<T>(
  signal: AbortSignal,
  use: (jobs: EngineJobs) => Promise<T>,
  onProgress: (progress: EngineProgress) => void = () => undefined,
): Promise<T> {
  const engine = await PythonEngine.start(await findInterpreter());
  try {
    return await use(new EngineJobs(engine, signal, onProgress));
  } finally {
    await engine.close();
  }
}
