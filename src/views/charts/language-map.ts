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
import { labelPlaces } from "./label-places.js";

/** The same hue, dark enough for letters on white. */
const darkened = (hue: string): string =>
  `#${[1, 3, 5]
    .map((at) => Math.round(Number.parseInt(hue.slice(at, at + 2), 16) * 0.6))
    .map((part) => part.toString(16).padStart(2, "0"))
    .join("")}`;

/** Of a map with as many languages as have room for their names; of more it grows with them. */
const [SIDE, ROOMY] = [420, 40];
const sideOf = (languages: number): number =>
  Math.round(SIDE * Math.sqrt(Math.max(1, languages / ROOMY)));
/** Stress-1 above which a map fits poorly (Kruskal, 1964). */
const POOR = 0.2;

/** Languages on a plane, so that distances between them are as near to D as a plane allows. */
export function languageMap(drawn: DrawnClusters): Chart {
  const { result } = drawn;
  const { map, stress_1 } = result;
  const side = sideOf(map.length);
  const [xs, ys] = [map.map(({ x }) => x), map.map(({ y }) => y)];
  const span = Math.max(...[xs, ys].map((all) => Math.max(...all) - Math.min(...all)));
  const half = 0.6 * (span || 1);
  const domainOf = (all: readonly number[]) => {
    const middle = (Math.max(...all) + Math.min(...all)) / 2;
    return [middle - half, middle + half] as const;
  };
  const [inX, inY] = [domainOf(xs), domainOf(ys)];
  const places = labelPlaces(
    map,
    map.map(({ language }) => language),
    { x: inX, y: inY, side },
  );
  const values = map.map(({ language, x, y }, at) => ({
    ...{ language: labelOf(language), label: language, x, y, ...places[at] },
    ink: darkened(colourOf(result, clusterOf(result, language))),
    cluster: clusterOf(result, language),
  }));
  const axis = { titleFontSize: 10, tickCount: 5 };
  const quantitative = (field: string, domain: readonly number[], title: string) => ({
    ...{ field, type: "quantitative", title, axis, scale: { domain, nice: false, zero: false } },
  });
  const stress = `stress-1 ${stress_1.toFixed(3)}`;
  const isPoor = stress_1 > POOR;
  const title = "Languages on a map of their distances";
  return {
    title,
    caption: `Metric multidimensional scaling of the distances, ${stress} (0: the map shows them all${isPoor ? `; above ${POOR} distances in the map are poorly kept, by Kruskal's rule of thumb` : ""}). Signs and colours are the clusters, which were made from the distances, not from the map. It may be turned and mirrored.${fitText(result)}`,
    spec: clusterFrame(title, drawn, [`${stress}${isPoor ? ": distances are poorly kept" : ""}`], {
      ...{ width: side, height: side },
      data: { values },
      encoding: {
        x: quantitative("x", inX, "in units of D; directions mean nothing"),
        y: quantitative("y", inY, ""),
      },
      layer: [
        {
          transform: [{ filter: "datum.isFar" }],
          mark: { type: "rule", color: "#bbb", strokeWidth: 0.8 },
          encoding: { x2: { field: "labelX" }, y2: { field: "labelY" } },
        },
        {
          mark: { type: "point", filled: true, size: 90, opacity: 1, tooltip: true },
          encoding: {
            ...signs(result, true),
            tooltip: [{ field: "language" }, { field: "cluster" }],
          },
        },
        {
          mark: { type: "text", fontSize: 10 },
          encoding: {
            x: quantitative("labelX", inX, "in units of D; directions mean nothing"),
            y: quantitative("labelY", inY, ""),
            text: { field: "label" },
            // Not as colour, for the legend's sake.
            fill: { field: "ink", type: "nominal", scale: null },
          },
        },
      ],
    }),
  };
}
