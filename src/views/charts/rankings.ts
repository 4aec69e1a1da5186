import { rankedFeatures } from "../../runs/top-features.js";
import {
  type Chart,
  type ChartOptions,
  framed,
  languageScale,
  PANEL,
  type PlottedRun,
  panelOf,
  sourceText,
  V_FORMULA,
} from "./chart.js";

/** Places in the ranking of the languages and layers that are asked for. */
const places = (run: PlottedRun, { layers, languages }: ChartOptions, topK: number) =>
  rankedFeatures(run, { topK })
    .filter(({ layer, language }) => layers.includes(layer) && languages.includes(language))
    .map(({ layer, language, rank, feature, v }) => ({
      ...{ layer, language, rank, feature, v },
      panel: panelOf(layer),
    }));

const PANELS_A_ROW = 3;
const V_AXIS = { field: "v", type: "quantitative", title: "v (activation)" };

/** The paper's bar chart: v of each language's best features, a panel a layer. */
export function topFeatureBars(run: PlottedRun, options: ChartOptions): Chart {
  const title = `v-scores of each language's top ${options.topK} features`;
  const isOne = options.layers.length === 1;
  const unit = {
    width: Math.max(220, options.languages.length * (10 * Math.min(options.topK, 5) + 8)),
    height: 150,
    mark: { type: "bar", tooltip: true },
    encoding: {
      x: { field: "language", type: "nominal", sort: null, title: null, axis: { labelAngle: -45 } },
      xOffset: { field: "rank", type: "ordinal" },
      y: V_AXIS,
      color: {
        field: "rank",
        type: "ordinal",
        scale: { scheme: "viridis", reverse: true },
        legend: { title: "rank" },
      },
    },
  };
  return {
    title,
    caption: `${V_FORMULA}. One bar a feature, by rank; a panel a layer, each with its own scale, since v has the unit of the layer's activations.`,
    spec: framed(title, sourceText(run), {
      data: { values: places(run, options, options.topK) },
      ...(isOne
        ? unit
        : { columns: 1, facet: PANEL, spec: unit, resolve: { scale: { y: "independent" } } }),
    }),
  };
}

/** v of each language's best feature over the layers. */
export function layerLines(run: PlottedRun, options: ChartOptions): Chart {
  const title = "v of each language's best feature, over the layers";
  const { color, shape } = languageScale(options.languages);
  return {
    title,
    caption: `${V_FORMULA}. Layers have activations of different size: the height of a line says where v is large, not where a language is told apart best.`,
    spec: framed(title, sourceText(run), {
      width: 460,
      height: 280,
      data: { values: places(run, options, 1) },
      mark: { type: "line", point: { filled: true, size: 50 }, tooltip: true },
      encoding: {
        x: { field: "layer", type: "ordinal", title: "layer", axis: { labelAngle: 0 } },
        y: V_AXIS,
        color: { field: "language", type: "nominal", scale: color, sort: null, title: "language" },
        shape: { field: "language", type: "nominal", scale: shape, sort: null, title: "language" },
      },
    }),
  };
}

/** How v falls along each language's ranking. */
export function dropOff(run: PlottedRun, options: ChartOptions): Chart {
  const title = `How v falls from a language's best feature to its ${options.topK}th`;
  const { color } = languageScale(options.languages);
  return {
    title,
    caption: `${V_FORMULA}. A steep fall: a few features carry the language; a flat one: many do.`,
    spec: framed(title, sourceText(run), {
      data: { values: places(run, options, options.topK) },
      columns: PANELS_A_ROW,
      facet: PANEL,
      resolve: { scale: { y: "independent" } },
      spec: {
        width: 240,
        height: 170,
        mark: { type: "line", tooltip: true },
        encoding: {
          x: {
            field: "rank",
            type: "quantitative",
            title: "rank",
            scale: { type: "log", nice: false },
          },
          y: V_AXIS,
          color: {
            field: "language",
            type: "nominal",
            scale: color,
            sort: null,
            title: "language",
          },
        },
      },
    }),
  };
}

/** Spread of v among each language's best features. */
export function distribution(run: PlottedRun, options: ChartOptions): Chart {
  const title = `v of each language's top ${options.topK} features`;
  return {
    title,
    caption: `${V_FORMULA}. A dash a feature; the thick one is the median of the ${options.topK}.`,
    spec: framed(title, sourceText(run), {
      data: { values: places(run, options, options.topK) },
      columns: PANELS_A_ROW,
      facet: PANEL,
      resolve: { scale: { x: "independent" } },
      spec: {
        width: 220,
        height: { step: 16 },
        encoding: { y: { field: "language", type: "nominal", sort: null, title: null } },
        layer: [
          {
            mark: { type: "tick", color: "#0072b2", opacity: 0.7, tooltip: true },
            encoding: { x: V_AXIS },
          },
          {
            mark: { type: "tick", thickness: 3, color: "#d55e00" },
            encoding: { x: { ...V_AXIS, aggregate: "median" } },
          },
        ],
      },
    }),
  };
}
