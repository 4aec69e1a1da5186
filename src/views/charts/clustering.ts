import { measureText } from "../cluster-table.js";
import type { Chart } from "./chart.js";
import {
  clusterFrame,
  clusterOf,
  colourOf,
  type DrawnClusters,
  fitText,
  labelOf,
  signs,
} from "./cluster-signs.js";

/** Pixels of a leaf. */
const ROW = 20;
/** Times the height of the last merge. */
const FAR = 1.5;

interface Node {
  /** Place among the leaves. */
  at: number;
  height: number;
  cluster: string | null;
}

/** Ward's tree: each merge three lines, from branch to branch at its height. */
export function dendrogram(drawn: DrawnClusters): Chart {
  const { result } = drawn;
  const { languages, leaf_order, linkage, cut_height, clusters } = result;
  const nodes = languages.map(
    (code): Node => ({
      ...{ at: leaf_order.indexOf(code), height: 0, cluster: clusterOf(result, code) },
    }),
  );
  const lines = linkage.flatMap(([first, second, height]) => {
    const [a, b] = [nodes[first] as Node, nodes[second] as Node];
    const cluster = a.cluster !== null && a.cluster === b.cluster ? a.cluster : null;
    nodes.push({ at: (a.at + b.at) / 2, height, cluster });
    return [
      ...[a, b].map((node) => ({
        ...{ x: node.height, x2: height, y: node.at, y2: node.at, cluster: node.cluster },
      })),
      { x: height, x2: height, y: a.at, y2: b.at, cluster },
    ].map((line) => ({ ...line, colour: colourOf(result, line.cluster) }));
  });
  const leaves = leaf_order.map((code, at) => ({
    ...{ at, language: code, cluster: clusterOf(result, code), x: 0 },
  }));
  const names = JSON.stringify(leaf_order.map(labelOf));
  const last = Math.max(...linkage.map(([, , height]) => height));
  // A cut far above the tree is not drawn: it would press the tree to the edge.
  const isDrawn = cut_height <= FAR * last;
  const top = 1.05 * Math.max(last, isDrawn ? cut_height : 0) || 1;
  const y = {
    ...{ field: "y", type: "quantitative", title: null },
    scale: { domain: [leaf_order.length - 0.5, -0.5], nice: false },
    axis: {
      ...{ values: leaves.map(({ at }) => at), labelExpr: `${names}[datum.value]` },
      ...{ grid: false, domain: false, ticks: false, labelLimit: 0, labelPadding: 10 },
      labelOverlap: false,
    },
  };
  const x = { field: "x", type: "quantitative", title: "height of the merge (Ward)" };
  const title = "Languages joined by Ward's method";
  const cutText = `cut at ${cut_height.toFixed(3)}${isDrawn ? " (dashed)" : ""}: ${clusters.length} ${clusters.length === 1 ? "cluster" : "clusters"}`;
  return {
    title,
    caption: `Branches are joined where their line crosses; ${cutText}. Colours and signs are clusters, grey is above the cut. The order of two branches means nothing.${fitText(result)}`,
    spec: clusterFrame(title, drawn, [cutText], {
      width: 420,
      height: Math.max(60, ROW * leaf_order.length),
      layer: [
        {
          data: { values: lines },
          mark: { type: "rule", strokeWidth: 1.6, strokeCap: "square" },
          encoding: {
            x: { ...x, scale: { domain: [0, top], nice: false } },
            ...{ x2: { field: "x2" }, y, y2: { field: "y2" } },
            // Not as colour, which would put a second legend beside that of the signs.
            stroke: { field: "colour", type: "nominal", scale: null },
          },
        },
        {
          data: { values: isDrawn ? [{ x: cut_height }] : [] },
          mark: { type: "rule", strokeDash: [5, 4], color: "#333" },
          encoding: { x: { field: "x", type: "quantitative" } },
        },
        {
          data: { values: leaves },
          mark: { type: "point", filled: true, size: 55, opacity: 1, clip: false },
          encoding: {
            x: { field: "x", type: "quantitative" },
            y: { ...y, field: "at" },
            ...signs(result, true),
          },
        },
      ],
    }),
  };
}

/** Codes that fit below their column as they are. */
const SHORT = 3;
/** More languages than these leave no room for numbers. */
const NUMBERED = 16;
/** Of more than these, cells and letters are small, and a drawing says nothing of each cell: it would be too large. */
const MANY = 60;

/** D itself, in the order of the tree's leaves, clusters framed. */
export function distanceMatrix(drawn: DrawnClusters): Chart {
  const { result } = drawn;
  const { languages, distances, leaf_order, clusters } = result;
  const place = leaf_order.map((code) => languages.indexOf(code));
  const values = place.flatMap((i, row) =>
    place.map((j, column) => ({
      ...{ first: leaf_order[row], second: leaf_order[column], at: [row, column] },
      ...around(column, "x"),
      ...around(row, "y"),
      distance: distances[i]?.[j] as number,
    })),
  );
  const most = Math.max(...values.map(({ distance }) => distance)) || 1;
  const isShort = leaf_order.every(({ length }) => length <= SHORT);
  const isNumbered = leaf_order.length <= NUMBERED;
  const isMany = leaf_order.length > MANY;
  let from = 0;
  const frames = clusters.map(({ length }) => {
    const [start, end] = [from - 0.5, from + length - 0.5];
    from += length;
    return { x: start, x2: end, y: start, y2: end };
  });
  const codes = JSON.stringify(leaf_order);
  const axisOf = (field: "x" | "y", domain: number[], labelAngle: number) => ({
    ...{ field, type: "quantitative", title: null, scale: { domain, nice: false, zero: false } },
    axis: {
      ...{ values: leaf_order.map((_, at) => at), labelExpr: `${codes}[datum.value]`, labelAngle },
      ...{ grid: false, ticks: false, domain: false, labelOverlap: false, labelLimit: 200 },
      ...{ labelPadding: 5, labelFontSize: isMany ? 7 : 10 },
      ...(labelAngle === 0 ? {} : { labelAlign: "right", labelBaseline: "middle" }),
    },
  });
  const end = leaf_order.length - 0.5;
  const [x, y] = [axisOf("x", [-0.5, end], isShort ? 0 : -90), axisOf("y", [end, -0.5], 0)];
  const square = { x, y, x2: { field: "x2" }, y2: { field: "y2" } };
  const side = leaf_order.length * (isNumbered ? 36 : isMany ? 9 : 18);
  const title = "Distances between languages";
  return {
    title,
    caption: `${measureText(result.source)}; in the order of the tree, bright is near. Frames are the clusters.${fitText(result)}`,
    spec: clusterFrame(title, drawn, [], {
      ...{ width: side, height: side },
      layer: [
        {
          data: { values },
          mark: { type: "rect", tooltip: !isMany, aria: !isMany },
          encoding: {
            ...square,
            color: {
              ...{ field: "distance", type: "quantitative", title: "D" },
              scale: { scheme: "viridis", reverse: true, domain: [0, most] },
            },
            ...(isMany
              ? {}
              : { tooltip: [{ field: "first" }, { field: "second" }, { field: "distance" }] }),
          },
        },
        ...(isNumbered
          ? [
              {
                data: { values },
                mark: { type: "text", fontSize: 9 },
                encoding: {
                  x: { ...x, field: "at[1]" },
                  y: { ...y, field: "at[0]" },
                  text: { field: "distance", type: "quantitative", format: ".2f" },
                  color: {
                    condition: { test: `datum.distance > ${0.45 * most}`, value: "white" },
                    value: "black",
                  },
                },
              },
            ]
          : []),
        {
          data: { values: frames },
          mark: { type: "rect", filled: false, stroke: "#d55e00", strokeWidth: 2 },
          encoding: square,
        },
      ],
    }),
  };
}

const around = (at: number, axis: "x" | "y") =>
  axis === "x" ? { x: at - 0.5, x2: at + 0.5 } : { y: at - 0.5, y2: at + 0.5 };
