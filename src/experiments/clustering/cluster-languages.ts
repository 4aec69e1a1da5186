import { requestError } from "../../errors.js";
import type { Distances, Measure } from "./distances.js";
import type { Cut, Grouping } from "./grouping.js";

/** What the distances were made from. */
export interface ClusterSource {
  /** The run's or the file's name. */
  name: string;
  by: Measure;
  /** The interaction matrix, where it is one, with its SHA-256. */
  matrix: { file: string; sha256: string } | null;
  layers: number[] | null;
  top_k: number | null;
  /** By which measure the top features are taken; null where none are. */
  ranked_by: string | null;
}

/** Two branches of the tree that are joined, by their languages. */
export interface Merge {
  first: string[];
  second: string[];
  height: number;
}

/** `result.json` of the experiment, and what `vscore cluster --json` prints. */
export interface ClusterResult extends Distances {
  schema_version: 1;
  experiment: typeof CLUSTER;
  source: ClusterSource;
  clusters: string[][];
  chosen_by: "k" | "cut" | "silhouette";
  cut_height: number;
  merges: Merge[];
  leaf_order: string[];
  silhouettes: { k: number; silhouette: number }[];
  /** As scipy has it: rows [node, node, height, languages]; node K + m is the m-th merge. */
  linkage: Grouping["linkage"];
  map: { language: string; x: number; y: number }[];
  stress: number;
  stress_1: number;
  warnings: string[];
}

/** The kind of the experiment, in its folder's name and in its result. */
export const CLUSTER = "cluster";

/**
 * @param languages how many there are, where that is known already
 * @throws VscoreError (request) for a cut that their tree does not have
 */
export function refuseCut({ k, cut }: Cut, languages = Number.POSITIVE_INFINITY): void {
  if (k !== null && cut !== null)
    throw requestError(
      `Found --k ${k} and --cut ${cut}. Expected one of them. Leave the other out.`,
    );
  if (k !== null && !(Number.isInteger(k) && k >= 1))
    throw requestError(
      `--k ${k} is no number of clusters. Expected a whole number from 1 on. Choose one.`,
    );
  if (k !== null && k > languages)
    throw requestError(
      `--k ${k}: there are ${languages} languages. Expected at most as many clusters. Choose a number from 1 to ${languages}.`,
    );
  if (cut !== null && !(cut > 0 && Number.isFinite(cut)))
    throw requestError(
      `--cut ${cut} is no height in the tree. Expected a number above 0. Choose one between two of its merges.`,
    );
}

/** Joins languages by Ward's method, cuts the tree and puts them on a map. @param group the engine's `cluster` */
export async function clusterLanguages(
  source: ClusterSource,
  given: Distances,
  asked: Cut,
  group: (distances: readonly (readonly number[])[], cut: Cut) => Promise<Grouping>,
): Promise<ClusterResult> {
  const { languages, distances } = given;
  refuseCut(asked, languages.length);
  const made = await group(distances, asked);
  const name = (at: number) => languages[at] as string;
  const nodes = languages.map((code) => [code]);
  const merges = made.linkage.map(([a, b, height]): Merge => {
    const [first, second] = [nodes[a] as string[], nodes[b] as string[]];
    nodes.push([...first, ...second]);
    return { first, second, height };
  });
  return {
    ...{ schema_version: 1, experiment: CLUSTER, source, ...given },
    clusters: Array.from({ length: made.k }, (_, at) =>
      made.leaves.filter((leaf) => made.labels[leaf] === at + 1).map(name),
    ),
    chosen_by: asked.k !== null ? "k" : asked.cut !== null ? "cut" : "silhouette",
    cut_height: made.cut,
    merges,
    leaf_order: made.leaves.map(name),
    silhouettes: made.silhouettes.map(([k, silhouette]) => ({ k, silhouette })),
    linkage: made.linkage,
    map: made.map.map(([x, y], at) => ({ language: name(at), x, y })),
    ...{ stress: made.stress, stress_1: made.stress_1 },
    warnings: warningsOf(source, given, asked, made),
  };
}

/** Below this mean silhouette, "no substantial structure has been found" (Kaufman and Rousseeuw, 1990). */
export const WEAK = 0.25;

/** Of the clusters as they are cut; null where one cluster, or single languages, have none. */
export const silhouetteOf = ({ silhouettes, clusters }: ClusterResult): number | null =>
  silhouettes.find(({ k }) => k === clusters.length)?.silhouette ?? null;

/** What a reader of the clusters must know. */
function warningsOf(
  { by }: ClusterSource,
  { languages, clipped, triangle_violations }: Distances,
  asked: Cut,
  { k, silhouettes }: Grouping,
): string[] {
  const K = languages.length;
  const shown = silhouettes.find(([of]) => of === k)?.[1];
  return [
    ...(clipped.length > 0
      ? [
          `${clipped.length} of ${(K * (K - 1)) / 2} distances came out below 0 and are taken as 0: ${clipped
            .slice(0, 3)
            .map(({ first, second, raw }) => `${first}–${second} (${raw.toFixed(3)})`)
            .join(", ")}${clipped.length > 3 ? " and more" : ""}`,
        ]
      : []),
    ...(triangle_violations > 0
      ? [
          `${triangle_violations} of ${K * (K - 1) * (K - 2)} triangle inequalities (ordered triples) are violated: Ward's method assumes Euclidean distances, so heights are a guide, not a measure`,
        ]
      : []),
    ...(by === "v-profile"
      ? [
          `v of all languages sums to 0 for each feature, which puts the mean r near ${(-1 / (K - 1)).toFixed(2)}: compare distances with each other, not with 1`,
        ]
      : []),
    ...(asked.k !== null && k < asked.k
      ? [
          `${k} ${k === 1 ? "cluster" : "clusters"} in place of ${asked.k}: merges of the same height are cut together`,
        ]
      : []),
    ...(K === 2 ? ["two languages have one merge: there is no cut to choose by silhouette"] : []),
    ...(K > 2 && silhouettes.length === 0
      ? ["all merges have the same height: no cut is better than another"]
      : []),
    ...(shown !== undefined && shown < WEAK
      ? [
          `the mean silhouette of this cut is ${shown.toFixed(3)}: below ${WEAK} clusters are weak, some may be no more than what is left over`,
        ]
      : []),
  ];
}
