import type { EngineJobs } from "../engine/engine-jobs.js";
import { EvidenceThreads, threadCount } from "../evidence/threads.js";
import { gatherEvidence } from "../evidence.js";
import type { Pool } from "../reduce/language-sums.js";
import type { Ranking } from "../reduce/v-score.js";
import { EvidenceOnDisk } from "../runs/evidence-shelf.js";
import { RUN_FILES } from "../runs/files.js";
import {
  openScores,
  scoreMetadata,
  scoresTensors,
  statisticsTensors,
} from "../runs/score-files.js";
import { fileHash } from "../runs/sealed-reader.js";
import type { RunStore } from "../runs/store.js";
import type { LanguageSums } from "../runs/sums-file.js";
import { isSilent, scoreLayers } from "../scoring.js";

/** What scores are made of. */
export interface ScoreRequest {
  layers: readonly number[];
  pool: Pool;
  sharesIds: boolean;
  /** As many at most gather evidence; null: no limit. */
  threads: number | null;
}

export interface WrittenScores {
  /** They stay in their file. */
  rankings: ReadonlyMap<number, Ranking>;
  /** Layers on which every feature is silent in every language. */
  silent: number[];
}

/**
 * Writes a run's statistics and rankings, for itself and for torch. With `writeEvidence` the one way to these files, so that their
 * bytes agree. One layer is in memory at a time.
 */
export async function writeScores(
  sums: readonly LanguageSums[],
  { layers, pool }: ScoreRequest,
  store: RunStore,
  jobs: EngineJobs,
): Promise<WrittenScores> {
  const metadata = scoreMetadata(sums.map(({ language }) => language));
  const statistics = store.beginSealed(RUN_FILES.statistics);
  const scores = store.beginSealed(RUN_FILES.scores);
  const silent: number[] = [];
  try {
    for (const { layer, ...scored } of scoreLayers(sums, layers, { pool })) {
      if (isSilent(scored.statistics)) silent.push(layer);
      for (const [name, each] of statisticsTensors(layer, scored.statistics))
        statistics.put(name, each);
      for (const [name, each] of scoresTensors(layer, scored.ranking)) scores.put(name, each);
    }
    await statistics.finish(metadata);
    await scores.finish(metadata);
  } finally {
    statistics.close();
    scores.close();
  }
  const file = store.path(RUN_FILES.scores);
  await store.writeBy(RUN_FILES.torchScores, (aside) => jobs.writeTorch(file, aside, [...layers]));
  return { rankings: openScores(file).layers, silent };
}

/** Writes how sure scores are. @param onLayer told before the evidence of each layer is gathered */
export async function writeEvidence(
  sums: readonly LanguageSums[],
  { layers, pool, sharesIds, threads }: ScoreRequest,
  { rankings }: WrittenScores,
  store: RunStore,
  signal: AbortSignal | undefined,
  onLayer?: (layer: number) => void | Promise<void>,
): Promise<void> {
  const scoresSha256 = fileHash(store.path(RUN_FILES.scores));
  const request = { layers, rankings, pool, sharesIds, scoresSha256 };
  const runner = new EvidenceThreads(threadCount(threads), signal);
  const shelf = new EvidenceOnDisk(store);
  try {
    await shelf.finish(await gatherEvidence(sums, request, shelf, onLayer, runner));
  } finally {
    shelf.close();
    await runner.close();
  }
}
