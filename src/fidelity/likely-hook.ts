import type { EngineJobs } from "../engine/engine-jobs.js";
import { type TriedHook, triedHooks } from "../engine/fidelity-jobs.js";
import type { Shard } from "../plan.js";
import { fvuOf, NOT_REBUILT, RunningRebuilt } from "../reduce/rebuilt.js";

/** A tensor that a dictionary fits better than the one that it reads. */
export interface LikelyHook {
  name: string;
  module: string;
  fvu: number;
  /** Of the tensor that it reads, on the same texts; null where that is none of those that were tried. */
  read_fvu: number | null;
}

/** Where another tensor's FVU is less than this share of that of the one it reads, a dictionary was likely trained there. */
const CLEARLY_LESS = 0.75;
/** Tensors whose FVU is up to so many times the least are as likely. */
const ALIKE = 1.15;

/**
 * The tensor of the model that a layer's dictionary rebuilds best; null where that is the one it reads, or not clearly better, or where
 * none is rebuilt so well that it would be the one.
 *
 * @param reads the module that it reads, in the words of `Loaded`
 * @param request.shards texts of the language that the engine has
 */
export async function likelyHook(
  jobs: EngineJobs,
  reads: string,
  request: {
    language: string;
    layer: number;
    shards: readonly Shard[];
    reach: number | null;
  },
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
  const falling = found.toSorted((a, b) => a.fvu - b.fvu);
  const least = falling[0]?.fvu ?? 0;
  // Most dictionaries are of a block's output, of which its successor's input and that without its scale are hardly another tensor.
  const best =
    falling.find(({ name, fvu }) => name.endsWith("resid_post") && fvu <= ALIKE * least) ??
    falling[0];
  const own = found.find(({ module }) => module === reads);
  const isLikely =
    best !== undefined &&
    best.fvu < NOT_REBUILT &&
    best.fvu < CLEARLY_LESS * (own?.fvu ?? Number.POSITIVE_INFINITY);
  return isLikely ? { ...best, read_fvu: own?.fvu ?? null } : null;
}
