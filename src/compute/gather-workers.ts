import type { RunConfig } from "../config/schema.js";
import type { Cluster, EngineJobs, RayRequest } from "../engine/engine-jobs.js";
import type { RunEvent } from "../runs/meta.js";

/** What a run asks a cluster for. */
export interface WorkersWanted {
  /** Null: no cluster, this machine. */
  ray: RayRequest | null | undefined;
  config: Pick<RunConfig, "threads" | "device">;
  /** What was told before the run was interrupted. */
  earlier: readonly RunEvent[];
  /** Seconds after which a silent engine is taken for hung; 0: never. */
  stallTimeout: number;
}

/** Waits for a run's workers: with as many threads as those that it was begun with, for these decide over last digits. */
export async function gatherWorkers(
  { ray, config: { threads, device }, earlier, stallTimeout }: WorkersWanted,
  jobs: EngineJobs,
): Promise<Cluster | null> {
  if (!ray) return null;
  return jobs.gatherWorkers({
    ...ray,
    device,
    threads: threads ?? lastCluster(earlier)?.threads ?? null,
    stall_s: stallTimeout,
  });
}

/** Whose workers computed some of a run, before it was interrupted. */
export function lastCluster(earlier: readonly RunEvent[]): Cluster | null {
  const event = earlier.findLast((each) => each.type === "workers_ready");
  if (event === undefined) return null;
  const { type: _, at: _at, ...cluster } = event;
  return cluster;
}
