import type { Cluster } from "../engine/job-results.js";

/** Who computed a run, behind the words for its device; nothing where it was one machine alone. */
export function workersText({
  cluster,
}: {
  cluster: Pick<Cluster, "workers" | "nodes" | "ray" | "address"> | null;
}): string {
  if (cluster === null) return "";
  const { workers, nodes, ray, address } = cluster;
  const count = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`;
  return `, on ${count(workers, "worker")} on ${count(nodes, "node")} of ${address === undefined ? `a Ray ${ray} cluster` : `the Ray ${ray} cluster at ${address}`}`;
}
