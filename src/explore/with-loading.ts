import { ProgressMeter } from "../compute/progress-meter.js";
import type { EngineJobs } from "../engine/engine-jobs.js";
import { withEngine } from "../engine/with-engine.js";
import type { RunNews } from "../runs/meta.js";

/** Starts the engine for some jobs, and ends it. News come until `onLoaded`: what the engine says later is of no phase. */
export async function withLoading<T>(
  signal: AbortSignal,
  onNews: (news: RunNews) => void,
  use: (jobs: EngineJobs, onLoaded: () => void) => Promise<T>,
): Promise<T> {
  const meter = new ProgressMeter(onNews);
  let isLoaded = false;
  return withEngine(
    signal,
    (jobs) =>
      use(jobs, () => {
        isLoaded = true;
      }),
    (progress) => {
      if (!isLoaded) meter.engineProgress(progress);
    },
  );
}
