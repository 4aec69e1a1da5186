import type { Cluster } from "../engine/job-results.js";

/** Who computed a run, behind the words for its device; nothing where it was one machine alone. */
export function workersText({
  cluster,
}: {
  cluster: Pick<Cluster, "workers" | "nodes" | "ray"> | null;
}): string {
  if (cluster === null) return "";
  const { workers, nodes, ray } = cluster;
  const count = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`;
  return `, on ${count(workers, "worker")} on ${count(nodes, "node")} of a Ray ${ray} cluster`;
}
