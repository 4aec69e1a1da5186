import { type RankedFeature, rankedFeatures } from "../../runs/top-features.js";
import { byText, formulaOf, rankedCaption, scoreAxis, shortCaption } from "../ranking-text.js";
import {
  type Chart,
  type ChartOptions,
  framed,
  type PlottedRun,
  panelsOf,
  signScale,
  sourceText,
  told,
  toldOfScore,
  V_FORMULA,
} from "./chart.js";
import { rulesCaption, rulesOfV, toldOfRules, withRuleOfV } from "./rules-of-v.js";

/** Places in the ranking of the languages and layers that are asked for. */
const places = (run: PlottedRun, { layers, languages }: ChartOptions, topK: number) =>
  rankedFeatures(run, { topK })
    .filter(({ layer, language }) => layers.includes(layer) && languages.includes(language))
    .map(placeOf);

/** What a figure keeps of it: v, and what it is ranked by where that is not v. */
const placeOf = ({ layer, language, rank, feature, v, score }: RankedFeature) => ({
  ...{ layer, language, rank, feature, v },
  ...(score === undefined ? {} : { score }),
});

const PANELS_A_ROW = 3;
/** From so many layers on, panels of bars stand side by side where two have room on a page. */
const MANY_LAYERS = 5;
const HALF_A_PAGE = 500;
const V_AXIS = { field: "v", type: "quantitative", title: "v (activation)" };

/** The paper's bar chart: v of each language's best features, a panel a layer. */
export function topFeatureBars(run: PlottedRun, options: ChartOptions): Chart {
  const title = `v-scores of each language's top ${options.topK} features${byText(run)}`;
  const isOne = options.layers.length === 1;
  const width = Math.max(220, options.languages.length * (10 * Math.min(options.topK, 5) + 8));
  const columns = options.layers.length >= MANY_LAYERS && width <= HALF_A_PAGE ? 2 : 1;
  const values = places(run, options, options.topK).map((place) => withRuleOfV(run, place));
  const tooltip = [
    ...told(
      { layer: "layer", language: "language", rank: "rank", feature: "feature" },
      { ...toldOfScore(run), v: "v" },
    ),
    ...toldOfRules(values),
  ];
  const unit = {
    width,
    height: 150,
    encoding: {
      x: { field: "language", type: "nominal", sort: null, title: null, axis: { labelAngle: -45 } },
      xOffset: { field: "rank", type: "ordinal" },
      tooltip,
    },
    layer: [
      {
        mark: "bar",
        encoding: {
          y: V_AXIS,
          color: {
            field: "rank",
            type: "ordinal",
            scale: { scheme: "viridis", reverse: true },
            legend: { title: "rank" },
          },
        },
      },
      ...rulesOfV(values),
    ],
  };
  return {
    title,
    caption: `${V_FORMULA}. One bar a feature, by rank; a panel a layer, each with its own scale, since v has the unit of the layer's activations.${rankedCaption(run, options)}${rulesCaption(values)}`,
    spec: framed(title, sourceText(run), {
      data: { values },
      ...(isOne
        ? unit
        : {
            columns,
            ...panelsOf(options.layers),
            spec: unit,
            // Languages are named below every panel: the last one is a screen away.
            resolve: { scale: { y: "independent" }, axis: { x: "independent" } },
          }),
    }),
  };
}

/** Ranks at which a line has a sign: farther apart as the ranks lie closer on the axis. */
const SIGNED_RANKS = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500];

/** How v, or what features are ranked by, falls along each language's ranking. */
export function dropOff(run: PlottedRun, options: ChartOptions): Chart {
  const measure = run.measure ?? "v";
  const field = run.measure === undefined ? "v" : "score";
  const title = `How ${measure} falls from a language's best feature to its ${options.topK}th`;
  const { color, shape, strokeDash } = signScale(options.languages);
  const by = (scale: object) => ({
    ...{ field: "language", type: "nominal", scale, sort: null, title: "language" },
    // The signs of the points, without the dashes of the lines around them.
    legend: { symbolStrokeWidth: 0 },
  });
  const known = { layer: "layer", language: "language" };
  const toldOfPlace = told(
    { ...known, rank: "rank", feature: "feature" },
    { ...toldOfScore(run), v: "v" },
  );
  // A line is one mark, and tells of its start.
  const tooltip = told({ ...known, feature: "best feature" }, { [field]: `its ${measure}` });
  return {
    title,
    caption: `${formulaOf(run) ?? V_FORMULA}. A steep fall: a few features carry the language; a flat one: many do. Signs, at some ranks, tell the lines apart.${shortCaption(run, options)}`,
    spec: framed(title, sourceText(run), {
      data: { values: places(run, options, options.topK) },
      columns: PANELS_A_ROW,
      ...panelsOf(options.layers),
      // With a shared one, a place without a panel would have an axis of its own.
      resolve: { scale: { y: "independent" }, axis: { x: "independent" } },
      spec: {
        width: 240,
        height: 170,
        encoding: {
          x: {
            field: "rank",
            type: "quantitative",
            title: "rank",
            scale: { type: "log", nice: false },
          },
          y: { field, type: "quantitative", title: scoreAxis(run) },
          color: by(color),
        },
        layer: [
          { mark: "line", encoding: { strokeDash: by(strokeDash), tooltip } },
          {
            transform: [{ filter: { field: "rank", oneOf: SIGNED_RANKS } }],
            mark: { type: "point", filled: true, size: 40, opacity: 1 },
            encoding: { shape: by(shape), tooltip: toldOfPlace },
          },
        ],
      },
    }),
  };
}

/** Spread of v among each language's best features. */
export function distribution(run: PlottedRun, options: ChartOptions): Chart {
  const title = `v of each language's top ${options.topK} features${byText(run)}`;
  const known = { layer: "layer", language: "language" };
  const isShort = shortCaption(run, options) !== "";
  const median = isShort ? "their median" : `median of the ${options.topK}`;
  const scale = { domain: ["a feature", median], range: ["#0072b2", "#d55e00"] };
  const by = (datum: string) => ({
    ...{ datum, type: "nominal", scale, legend: { title: null, symbolType: "square" } },
  });
  return {
    title,
    caption: `${V_FORMULA}. A dash a feature; the thick one is ${isShort ? "their median" : `the median of the ${options.topK}`}.${rankedCaption(run, options)}`,
    spec: framed(title, sourceText(run), {
      data: { values: places(run, options, options.topK) },
      columns: PANELS_A_ROW,
      ...panelsOf(options.layers),
      resolve: { scale: { x: "independent" } },
      spec: {
        width: 220,
        height: { step: 16 },
        encoding: { y: { field: "language", type: "nominal", sort: null, title: null } },
        layer: [
          {
            mark: { type: "tick", opacity: 0.7 },
            encoding: {
              color: by("a feature"),
              x: V_AXIS,
              tooltip: told(
                { ...known, rank: "rank", feature: "feature" },
                { ...toldOfScore(run), v: "v" },
              ),
            },
          },
          {
            mark: { type: "tick", thickness: 3 },
            encoding: {
              color: by(median),
              x: { ...V_AXIS, aggregate: "median" },
              tooltip: [
                ...told(known, {}),
                { ...V_AXIS, aggregate: "median", title: "median v", format: ".3f" },
              ],
            },
          },
        ],
      },
    }),
  };
}
