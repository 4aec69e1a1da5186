import type { TopLevelSpec } from "vega-lite";
import type { ForeignRun } from "../../runs/foreign.js";
import type { FinishedRun } from "../../runs/read.js";
import { visible } from "../escape.js";

export type PlottedRun = FinishedRun | ForeignRun;

/** What of a run a figure shows. */
export interface ChartOptions {
  layers: readonly number[];
  languages: readonly string[];
  topK: number;
}

/** A figure: what is plotted, in words, and as a Vega-Lite specification with its data inside. */
export interface Chart {
  title: string;
  /** What the axes are, in which units, from how much data. */
  caption: string;
  spec: TopLevelSpec;
}

/** Ten hues that stay apart without full colour vision: Okabe and Ito's, a crimson for their yellow, which is lost on white, a violet, a brown. */
export const HUES = [
  ...["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#e1004b", "#000000"],
  ...["#6400c8", "#642800"],
];
/** Hue alone does not tell lines apart: each also has a sign of its own. */
export const SHAPES = [
  ...["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"],
  ...["triangle-right", "triangle-left"],
  // A star and an X.
  "M0,-1L0.23,-0.31L0.95,-0.31L0.36,0.12L0.59,0.81L0,0.38L-0.59,0.81L-0.36,0.12L-0.95,-0.31L-0.23,-0.31Z",
  "M-1,-0.6L-0.6,-1L0,-0.4L0.6,-1L1,-0.6L0.4,0L1,0.6L0.6,1L0,0.4L-0.6,1L-1,0.6L-0.4,0Z",
];

const FONT = "DejaVu Sans";

/** Text from a run as a drawing holds it: an SVG is XML, which some characters cannot be in. */
export const drawable = (text: string): string =>
  visible(text).replace(/[\p{Cs}\p{Noncharacter_Code_Point}]/gu, "\ufffd");

/** The frame that all figures share. */
export const framed = (title: string, subtitle: string, body: object): TopLevelSpec =>
  ({
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: {
      ...{ text: drawable(title), subtitle: drawable(subtitle) },
      ...{ anchor: "start", subtitleColor: "#555" },
    },
    background: "white",
    padding: 12,
    config: {
      font: FONT,
      view: { stroke: "#ddd" },
      axis: { labelFontSize: 10, titleFontSize: 11, titleFontWeight: "normal", gridColor: "#eee" },
      header: { labelFontSize: 11, labelFontWeight: "bold", title: null },
      legend: { labelFontSize: 10, titleFontSize: 11, titleFontWeight: "normal" },
      title: { fontSize: 14, subtitleFontSize: 11, offset: 12 },
    },
    ...body,
  }) as TopLevelSpec;

/** Where a run's numbers come from, for the line under a title. */
export function sourceText(run: PlottedRun): string {
  if (run.statistics === null) return `${run.name}, in the format of the original tool`;
  const { meta } = run;
  const counts = Object.values(meta.texts);
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
  const tokens = Object.values(meta.tokens_counted).reduce((sum, count) => sum + count, 0);
  const split = meta.split === null ? "" : ` (${meta.split})`;
  const control = meta.control === "none" ? "" : `, control: ${meta.control}`;
  return `${modelText(meta)}, ${meta.corpus}${split}${control}, ${fewest === most ? fewest : `${fewest}–${most}`} texts a language, ${tokens} counted tokens`;
}

/** Which model a run is of. */
export const modelText = ({ model_id }: { model_id: string }): string =>
  model_id.replace(/^embedded:/, "embedded ");

/** Behind ten languages hues come again: with another sign and, for lines, another stroke. */
const STROKES = [[], [6, 3], [2, 2], [8, 3, 2, 3]];

/** Languages in the run's order, or clusters, wherever a figure has them; none looks like another, up to a hundred. */
export function signScale(names: readonly string[]) {
  const domain = [...names];
  const turn = (at: number) => Math.floor(at / HUES.length);
  // Three and the number of signs have no divisor in common: a hue meets every sign before one comes again.
  return {
    color: { domain, range: names.map((_, at) => HUES[at % HUES.length]) },
    shape: { domain, range: names.map((_, at) => SHAPES[(at + 3 * turn(at)) % SHAPES.length]) },
    strokeDash: { domain, range: names.map((_, at) => STROKES[turn(at) % STROKES.length]) },
  };
}

/** What a layer's panel is called. */
export const panelOf = (layer: number): string => `layer ${layer}`;

/** A panel a layer, in the order of `layers`: without a list, layer 10 would come before layer 2. */
export const panelsOf = (layers: readonly number[]) => ({
  transform: [{ calculate: "'layer ' + datum.layer", as: "panel" }],
  facet: {
    ...{ field: "panel", type: "nominal", header: { title: null } },
    sort: layers.map(panelOf),
  },
});

/** What the pointer over a mark tells: fields by the names that a reader knows, measured ones with three decimals. */
export const told = (
  named: Readonly<Record<string, string>>,
  measured: Readonly<Record<string, string>>,
) => [
  ...Object.entries(named).map(([field, title]) => ({ field, title, type: "nominal" })),
  ...Object.entries(measured).map(([field, title]) => ({
    ...{ field, title, type: "quantitative", format: ".3f" },
  })),
];

/** What it tells of the measure that features are ranked by, where that is not v. */
export const toldOfScore = ({ measure }: PlottedRun): Record<string, string> =>
  measure === undefined ? {} : { score: measure };

/** What v is, for captions. */
export const V_FORMULA =
  "v(f, L) = mean activation of feature f on language L − mean over the other languages of their mean activations";
