import { describe, expect, test } from "vitest";
import { gatherWorkers, lastCluster } from "../../src/compute/gather-workers.js";
import type { Cluster, ClusterRequest, EngineJobs } from "../../src/engine/engine-jobs.js";
import type { RunEvent } from "../../src/runs/meta.js";

const at = "2026-01-01T00:00:00.000Z";
const CLUSTER: Cluster = { ray: "2", workers: 2, nodes: 1, gpus_per_worker: 0, threads: 4 };
const ready = (changes: Partial<Cluster> = {}): RunEvent => ({
  ...{ type: "workers_ready", at, ...CLUSTER },
  ...changes,
});

/** What a cluster is asked for. */
async function asked(threads: number | null, earlier: readonly RunEvent[], ray = true) {
  const requests: ClusterRequest[] = [];
  const jobs = {
    gatherWorkers: async (request: ClusterRequest) => {
      requests.push(request);
      return CLUSTER;
    },
  } as unknown as EngineJobs;
  const address = { address: "auto", workers: null, gpus_per_worker: null };
  const config = { threads, device: "auto" };
  const wanted = { ray: ray ? address : null, config, earlier, stallTimeout: 60 };
  return { found: await gatherWorkers(wanted, jobs), requests };
}

describe("workers", () => {
  test("are asked for where a cluster is", async () => {
    expect(await asked(null, [], false)).toEqual({ found: null, requests: [] });
    const { found, requests } = await asked(null, []);
    expect(found).toEqual(CLUSTER);
    expect(requests).toMatchObject([{ address: "auto", threads: null, stall_s: 60 }]);
  });

  test("of a run that goes on have the threads of those that began it, if nobody says other", async () => {
    expect((await asked(null, [ready()])).requests[0]?.threads).toBe(4);
    expect((await asked(2, [ready()])).requests[0]?.threads).toBe(2);
  });
});

test("whose workers computed some of a run is told by its events", () => {
  expect(lastCluster([])).toBeNull();
  expect(lastCluster([ready({ workers: 1 }), { type: "cancelled", at }, ready()])).toEqual(CLUSTER);
});
