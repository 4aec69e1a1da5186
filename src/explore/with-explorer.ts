import type { RunNews } from "../runs/meta.js";
import { type ExploreRequest, Explorer } from "./explorer.js";
import { withLoading } from "./with-loading.js";

/** Starts the engine, loads what a run was made with, and ends the engine behind `use`. News come while it loads. */
export async function withExplorer<T>(
  request: ExploreRequest,
  signal: AbortSignal,
  onNews: (news: RunNews) => void,
  use: (explorer: Explorer) => Promise<T>,
): Promise<T> {
  return withLoading(signal, onNews, async (jobs, onLoaded) => {
    const explorer = await Explorer.load(request, jobs);
    onLoaded();
    return use(explorer);
  });
}
