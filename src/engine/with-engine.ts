import { EngineJobs } from "./engine-jobs.js";
import type { EngineProgress } from "./frames.js";
import { findInterpreter } from "./interpreter.js";
import { PythonEngine } from "./python-engine.js";

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
