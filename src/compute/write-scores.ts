import type { EngineJobs } from "../engine/engine-jobs.js";
import { RUN_FILES } from "../runs/files.js";
import { encodeScores, encodeStatistics } from "../runs/score-files.js";
import type { RunStore } from "../runs/store.js";
import type { Scores } from "../scoring.js";

/** Writes a run's statistics and rankings, for itself and for torch. The one way to these files, so that their bytes agree. */
export async function writeScores(
  { statistics, rankings }: Scores,
  languages: readonly string[],
  store: RunStore,
  jobs: EngineJobs,
): Promise<void> {
  await store.write(RUN_FILES.statistics, encodeStatistics(statistics, languages));
  await store.write(RUN_FILES.scores, encodeScores(rankings, languages));
  await store.writeBy(RUN_FILES.torchScores, (aside) =>
    jobs.writeTorch(store.path(RUN_FILES.scores), aside, [...rankings.keys()]),
  );
}
