import type { ClusterResult } from "../../experiments/clustering/cluster-languages.js";
import { measureText, nameOf } from "../cluster-table.js";
import { framed, HUES, SHAPES } from "./chart.js";

/** Yellow is left out: thin lines and small signs of it are lost on white. */
const COLOURS = HUES.filter((hue) => hue !== "#f0e442");
/** What joins clusters, above the cut. */
const ABOVE_CUT = "#aaaaaa";

/** Clusters by number, each with a colour and a sign of its own; signs go on where colours begin again. */
function clusterScales({ clusters }: ClusterResult) {
  const domain = clusters.map((_, at) => String(at + 1));
  // Three and the number of signs have no divisor in common: a hue meets every sign before one comes again.
  const turn = (at: number) => (at % COLOURS.length) + 3 * Math.floor(at / COLOURS.length);
  return {
    color: { domain, range: domain.map((_, at) => COLOURS[at % COLOURS.length]) },
    shape: { domain, range: domain.map((_, at) => SHAPES[turn(at) % SHAPES.length]) },
  };
}

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
