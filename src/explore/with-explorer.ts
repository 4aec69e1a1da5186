import { ProgressMeter } from "../compute/progress-meter.js";
import { withEngine } from "../engine/with-engine.js";
import type { RunNews } from "../runs/meta.js";
import { type ExploreRequest, Explorer } from "./explorer.js";

/** Starts the engine, loads what a run was made with, and ends the engine behind `use`. News come while it loads. */
export async function withExplorer<T>(
  request: ExploreRequest,
  signal: AbortSignal,
  onNews: (news: RunNews) => void,
  use: (explorer: Explorer) => Promise<T>,
): Promise<T> {
  const meter = new ProgressMeter(onNews);
  let isLoaded = false;
  return withEngine(
    signal,
    async (jobs) => {
      const explorer = await Explorer.load(request, jobs);
      isLoaded = true;
      return use(explorer);
    },
    (progress) => {
      if (!isLoaded) meter.engineProgress(progress);
    },
  );
}
