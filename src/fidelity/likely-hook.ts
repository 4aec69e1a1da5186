import type { EngineJobs } from "../engine/engine-jobs.js";
import { type TriedHook, triedHooks } from "../engine/fidelity-jobs.js";
import type { Shard } from "../plan.js";
import { fvuOf, RunningRebuilt } from "../reduce/rebuilt.js";
import { LIMITS } from "../selfcheck/verdict.js";

/** A tensor that a dictionary fits better than the one that it read. */
export interface LikelyHook {
  name: string;
  module: string;
  fvu: number;
}

/**
 * The tensor of the model that a layer's dictionary rebuilds best; null where none is rebuilt so well that it would be the one, or where
 * that is the one it reads.
 *
 * @param reads the module that it reads, in the words of `Loaded`
 * @param request.shards texts of the language that the engine has
 */
export async function likelyHook(
  jobs: EngineJobs,
  reads: string,
  request: { language: string; layer: number; shards: readonly Shard[] },
): Promise<LikelyHook | null> {
  const tried = new Map<string, { hook: TriedHook; running: RunningRebuilt }>();
  for await (const hooks of triedHooks(jobs, request))
    for (const hook of hooks) {
      const entry = tried.get(hook.name) ?? { hook, running: new RunningRebuilt() };
      entry.running.add(hook.batch);
      tried.set(hook.name, entry);
    }
  const found = [...tried.values()].map(({ hook: { name, module }, running }) => ({
    ...{ name, module },
    fvu: fvuOf(running.finish()) ?? Number.POSITIVE_INFINITY,
  }));
  const best = found.toSorted((a, b) => a.fvu - b.fvu)[0];
  const isLikely = best !== undefined && best.fvu < LIMITS.fvu.warning && best.module !== reads;
  return isLikely ? best : null;
}
