import type { ClusterResult } from "../../experiments/clustering/cluster-languages.js";
import { measureText, nameOf } from "../cluster-table.js";
import { framed, signScale } from "./chart.js";

/** What joins clusters, above the cut. */
const ABOVE_CUT = "#aaaaaa";

/** Clusters by number. */
const clusterScales = ({ clusters }: ClusterResult) =>
  signScale(clusters.map((_, at) => String(at + 1)));

export const clusterOf = ({ clusters }: ClusterResult, code: string): string =>
  String(clusters.findIndex((codes) => codes.includes(code)) + 1);

export const labelOf = (code: string): string =>
  nameOf(code) === code ? code : `${nameOf(code)} ${code}`;

/** The frame of a figure, with a line under its title for each thing to know: one long line would make it wide. */
export const clusterFrame = (
  title: string,
  { source }: ClusterResult,
  more: readonly string[],
  body: object,
) =>
  framed(title, "", {
    title: {
      ...{ text: title, anchor: "start", subtitleColor: "#555" },
      subtitle: [source.name, measureText(source), ...more],
    },
    ...body,
  });

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
