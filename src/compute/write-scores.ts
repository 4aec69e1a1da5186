import type { EngineJobs } from "../engine/engine-jobs.js";
import { EvidenceThreads, threadCount } from "../evidence/threads.js";
import { gatherEvidence } from "../evidence.js";
import { textHash } from "../plan.js";
import type { Pool } from "../reduce/language-sums.js";
import { encodeEvidence } from "../runs/evidence-file.js";
import { RUN_FILES } from "../runs/files.js";
import { encodeScores, encodeStatistics } from "../runs/score-files.js";
import type { RunStore } from "../runs/store.js";
import type { LanguageSums } from "../runs/sums-file.js";
import type { Scores } from "../scoring.js";

/**
 * Writes a run's statistics and rankings, for itself and for torch, and how sure they are. The one way to these files, so that their
 * bytes agree.
 *
 * @param threads as many at most gather evidence; null: no limit
 * @param onLayer told before the evidence of each layer is gathered
 */
export async function writeScores(
  { statistics, rankings }: Scores,
  sums: readonly LanguageSums[],
  { pool, sharesIds, threads }: { pool: Pool; sharesIds: boolean; threads: number | null },
  store: RunStore,
  jobs: EngineJobs,
  onLayer?: (layer: number) => void | Promise<void>,
): Promise<void> {
  const languages = sums.map(({ language }) => language);
  await store.write(RUN_FILES.statistics, encodeStatistics(statistics, languages));
  const scores = encodeScores(rankings, languages);
  await store.write(RUN_FILES.scores, scores);
  await store.writeBy(RUN_FILES.torchScores, (aside) =>
    jobs.writeTorch(store.path(RUN_FILES.scores), aside, [...rankings.keys()]),
  );
  const request = {
    layers: [...rankings.keys()],
    rankings,
    pool,
    sharesIds,
    scoresSha256: textHash(scores),
  };
  const runner = new EvidenceThreads(threadCount(threads), jobs.signal);
  try {
    const evidence = await gatherEvidence(sums, request, onLayer, runner);
    await store.write(RUN_FILES.evidence, encodeEvidence(evidence));
  } finally {
    await runner.close();
  }
}
