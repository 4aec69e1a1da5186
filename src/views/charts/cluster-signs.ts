import {
  type ClusterResult,
  silhouetteOf,
  WEAK,
} from "../../experiments/clustering/cluster-languages.js";
import { measureText, nameOf } from "../cluster-table.js";
import { digits } from "../digits.js";
import { drawable, framed, signScale } from "./chart.js";

/** What joins clusters, above the cut. */
const ABOVE_CUT = "#aaaaaa";

/** Clusters by number. */
const clusterScales = ({ clusters }: ClusterResult) =>
  signScale(clusters.map((_, at) => String(at + 1)));

export const clusterOf = ({ clusters }: ClusterResult, code: string): string =>
  String(clusters.findIndex((codes) => codes.includes(code)) + 1);

export const labelOf = (code: string): string =>
  nameOf(code) === code ? code : `${nameOf(code)} ${code}`;

/** A result of clustering, and what the compared numbers are from, in words: model, corpus, texts. */
export interface DrawnClusters {
  result: ClusterResult;
  /** Null for a matrix, whose file does not tell. */
  from: string | null;
}

/** The frame of a figure, with a line under its title for each thing to know: one long line would make it wide. */
export const clusterFrame = (
  title: string,
  { result, from }: DrawnClusters,
  more: readonly string[],
  body: object,
) =>
  framed(title, "", {
    title: {
      ...{ text: title, anchor: "start", subtitleColor: "#555" },
      subtitle: [
        result.source.name,
        ...(from === null ? [] : [from]),
        measureText(result.source),
        clustersText(result),
        ...more,
      ].map(drawable),
    },
    ...body,
  });

/** How many clusters there are, and how well languages fit into them. */
function clustersText(result: ClusterResult): string {
  const { length } = result.clusters;
  const silhouette = silhouetteOf(result);
  const fit = silhouette === null ? "" : `, mean silhouette ${digits(silhouette)}`;
  return `${result.languages.length} languages in ${length} ${length === 1 ? "cluster" : "clusters"}${fit}`;
}

/** How much clusters are worth, for captions. */
export function fitText(result: ClusterResult): string {
  const silhouette = silhouetteOf(result);
  if (silhouette === null) return "";
  const fit = ` Mean silhouette ${digits(silhouette)} (1: each language is far nearer to its own cluster than to the next, 0: as near to both)`;
  return silhouette < WEAK
    ? `${fit}; below ${WEAK} no substantial structure is found (Kaufman and Rousseeuw, 1990).`
    : `${fit}.`;
}

export const signs = (result: ClusterResult, isLegend: boolean) => {
  const { color, shape } = clusterScales(result);
  const legend = isLegend ? { title: "cluster" } : null;
  const by = { field: "cluster", type: "nominal" };
  return { color: { ...by, scale: color, legend }, shape: { ...by, scale: shape, legend } };
};

/** The hue of a cluster, or of what joins clusters. */
export function colourOf(result: ClusterResult, cluster: string | null): string {
  const { domain, range } = clusterScales(result).color;
  return cluster === null ? ABOVE_CUT : (range[domain.indexOf(cluster)] as string);
}
