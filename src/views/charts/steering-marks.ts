import { METHOD_FAMILIES, type MethodFamily, methodOf } from "../../exchange/steering-methods.js";
import { told } from "./chart.js";
import { labelPlaces, type Place } from "./label-places.js";

/** One method of a table as a point. */
export interface SteeringPoint {
  method: string;
  k: number;
  /** What steering costs, and what it reaches. */
  x: number;
  y: number;
  interval: { lo: number; hi: number } | null;
}

/** What is on the axes of a panel, in words. */
export interface SteeringAxes {
  x: string;
  y: string;
  /** Null for what the points need. */
  yDomain: readonly [number, number] | null;
}

/** The steering repository's colours, in hues that stay apart without full colour vision, and strokes for those who see none. */
const SIGNS: Record<MethodFamily, { hue: string; ink: string; stroke: number[] }> = {
  "No SV": { hue: "#e1004b", ink: "#a00035", stroke: [] },
  SV: { hue: "#0072b2", ink: "#00517f", stroke: [] },
  SAE: { hue: "#009e73", ink: "#006b4e", stroke: [7, 3] },
  Learned: { hue: "#e69f00", ink: "#8a5f00", stroke: [2, 2] },
  Random: { hue: "#777777", ink: "#555555", stroke: [1, 2] },
  RandomSAE: { hue: "#a6761d", ink: "#7a5510", stroke: [4, 2, 1, 2] },
  Thresholded: { hue: "#6400c8", ink: "#6400c8", stroke: [8, 3, 2, 3] },
};
const UNSTEERED = "none";
/** A diamond looks smaller than the other signs. */
const UNSTEERED_SIZE = { condition: { test: `datum.layers === '${UNSTEERED}'`, value: 110 } };
/** By number of steered layers; beyond, the last. */
const SHAPES = ["diamond", "circle", "triangle-up", "square", "cross", "triangle-down"];

function familyOf(method: string): MethodFamily {
  const known = methodOf(method);
  if (known === null) throw new Error(`no method of steering is called ${method}`);
  return known.family;
}

const layersOf = (k: number): string => (k === 0 ? UNSTEERED : String(k));

/** Scales and legends that all panels of a figure share. */
export function steeringScales(points: readonly SteeringPoint[]) {
  const families = METHOD_FAMILIES.filter((family) =>
    points.some(({ method }) => familyOf(method) === family),
  );
  const counts = [...new Set(points.map(({ k }) => k))].sort((a, b) => a - b);
  const steered = families.filter((family) => family !== "No SV");
  const by = (field: string, domain: readonly string[], range: readonly unknown[]) => ({
    ...{ field, type: "nominal", scale: { domain, range } },
  });
  const lines = { title: "method", values: steered, symbolType: "stroke", symbolSize: 300 };
  return {
    color: {
      ...by(
        "family",
        families,
        families.map((family) => SIGNS[family].hue),
      ),
      legend: steered.length === 0 ? null : lines,
    },
    strokeDash: {
      ...by(
        "family",
        families,
        families.map((family) => SIGNS[family].stroke),
      ),
      legend: steered.length === 0 ? null : lines,
    },
    shape: {
      ...by(
        "layers",
        counts.map(layersOf),
        counts.map((k) => SHAPES[Math.min(k, SHAPES.length - 1)]),
      ),
      legend: { title: "steered layers", symbolFillColor: "#555", symbolStrokeColor: "#555" },
    },
  };
}

export type SteeringScales = ReturnType<typeof steeringScales>;

/** A panel: a line a method over the number of steered layers, each named once, on a square. @param all points of all panels, which have the same axes */
export function steeringPanel(
  points: readonly SteeringPoint[],
  axes: SteeringAxes,
  { color, strokeDash, shape }: SteeringScales,
  { all, side }: { all: readonly SteeringPoint[]; side: number },
) {
  const xDomain = around(all.map(({ x }) => x));
  const ends = ({ y, interval }: SteeringPoint) => [y, interval?.lo ?? y, interval?.hi ?? y];
  const yDomain = axes.yDomain ?? around(all.flatMap(ends));
  const values = points.map(({ interval, ...point }) => ({
    ...{ ...point, ...interval, family: familyOf(point.method), layers: layersOf(point.k) },
  }));
  const along = (field: "x" | "y", domain: readonly [number, number]) => ({
    ...{ field, type: "quantitative", title: axes[field] },
    scale: { domain, nice: false, zero: false },
    // A number half above its axis would move the panel's title out of line with its neighbour's.
    axis: { tickCount: 5, labelFlush: false, labelBound: field === "y" },
  });
  const [x, y] = [along("x", xDomain), along("y", yDomain)];
  const labels = namedOnce(points, { x: xDomain, y: yDomain, side });
  return {
    ...{ width: side, height: side },
    data: { values },
    encoding: { x },
    layer: [
      {
        transform: [{ filter: "datum.family !== 'No SV'" }],
        mark: { type: "line", strokeWidth: 1.8 },
        encoding: { y, color, strokeDash, order: { field: "k" } },
      },
      {
        transform: [{ filter: "isValid(datum.lo)" }],
        mark: { type: "rule", strokeWidth: 1.2 },
        encoding: { y: { ...y, field: "lo" }, y2: { field: "hi" }, color },
      },
      {
        mark: { type: "point", filled: true, opacity: 1 },
        encoding: {
          ...{ y, color, shape, size: { ...UNSTEERED_SIZE, value: 75 } },
          tooltip: told({ method: "method" }, { x: axes.x, y: axes.y }),
        },
      },
      {
        data: { values: labels.filter(({ isFar }) => isFar) },
        mark: { type: "rule", color: "#bbb", strokeWidth: 0.8 },
        encoding: { x, y, x2: { field: "labelX" }, y2: { field: "labelY" } },
      },
      {
        data: { values: labels },
        mark: { type: "text", fontSize: 10, fontWeight: "bold" },
        encoding: {
          x: { ...x, field: "labelX" },
          y: { ...y, field: "labelY" },
          text: { field: "label" },
          // Not as colour, for the legend's sake.
          fill: { field: "ink", type: "nominal", scale: null },
        },
      },
    ],
  };
}

/** A name at the end of each line, where neither points nor lines are. */
function namedOnce(
  points: readonly SteeringPoint[],
  window: { x: readonly [number, number]; y: readonly [number, number]; side: number },
) {
  const families = [...Map.groupBy(points, ({ method }) => familyOf(method))].map(
    ([family, own]) => ({ family, own: own.toSorted((a, b) => a.k - b.k) }),
  );
  const named = families.map(({ own }) => own.at(-1) as SteeringPoint);
  const passed = families.flatMap(({ own }) =>
    own.slice(1).flatMap((to, at) => between(own[at] as SteeringPoint, to)),
  );
  const bars = points.flatMap(({ x, interval }) =>
    interval === null ? [] : between({ x, y: interval.lo }, { x, y: interval.hi }),
  );
  const others = [...points.filter((point) => !named.includes(point)), ...passed, ...bars];
  const names = families.map(({ family }) => family);
  const places = labelPlaces([...named, ...others], [...names, ...others.map(() => "")], window);
  return named.map(({ x, y }, at) => ({
    ...{ x, y, ...places[at], label: names[at] },
    ink: SIGNS[names[at] as MethodFamily].ink,
  }));
}

/** Steps on a line, near enough to each other that no label fits between them. */
const STEPS = 24;

const between = (from: Place, to: Place): Place[] =>
  Array.from({ length: STEPS - 1 }, (_, at) => (at + 1) / STEPS).map((part) => ({
    x: from.x + part * (to.x - from.x),
    y: from.y + part * (to.y - from.y),
  }));

/** The values with room for signs and names; some width where they are all the same. */
function around(values: readonly number[]): [number, number] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const margin = 0.1 * (most - least || Math.abs(most) || 1);
  return [least - margin, most + margin];
}
