import type { Ranking } from "../../reduce/v-score.js";
import { rankedFeatures, topFeatures, vIn } from "../../runs/top-features.js";
import { byText, rankedCaption } from "../ranking-text.js";
import {
  type Chart,
  type ChartOptions,
  framed,
  type PlottedRun,
  sourceText,
  told,
  toldOfScore,
  V_FORMULA,
} from "./chart.js";
import { labelPlaces } from "./label-places.js";

const SIDE = 360;
/** Features of each language that are named in the scatter. */
const LABELLED = 3;

/** v in one language against v in another, of the features that are among the best of either. */
export function rankScatter(run: PlottedRun, options: ChartOptions): Chart | null {
  const [first, second] = options.languages;
  const [layer] = options.layers;
  if (first === undefined || second === undefined || layer === undefined) return null;
  const ranking = (run.byV ?? run.rankings).get(layer) as Ranking;
  const title = `The top ${options.topK} features${byText(run)} of ${first} and of ${second}, layer ${layer}`;
  const domain = [first, second, "both"];
  const by = (range: readonly string[]) => ({
    ...{ field: "of", type: "nominal", title: "among the best of" },
    scale: { domain, range },
  });
  const tooltip = told(
    { feature: "feature", of: "among the best of" },
    { first: `v in ${first}`, second: `v in ${second}` },
  );
  const ofBoth = rankedFeatures(run, { layer, topK: options.topK }).filter(
    ({ language }) => language === first || language === second,
  );
  const points = [...Map.groupBy(ofBoth, ({ feature }) => feature)].map(([feature, places]) => ({
    feature,
    of: places.length === 2 ? "both" : (places[0]?.language as string),
    first: vIn(ranking, run.meta.languages.indexOf(first), feature),
    second: vIn(ranking, run.meta.languages.indexOf(second), feature),
    label: places.some(({ rank }) => rank <= LABELLED) ? String(feature) : "",
  }));
  const ends = squareOf(points);
  const values = withLabelPlaces(points, ends);
  const along = (field: string, language: string) => ({
    ...{ field, type: "quantitative", title: `v in ${language}` },
    scale: { domain: ends, nice: false },
  });
  const place = { x: along("first", first), y: along("second", second) };
  return {
    title,
    caption: `${V_FORMULA}. A point a feature, of the ${options.topK} best of each; on the dashed line it speaks for both alike. Numbered are the ${LABELLED} best of each.${rankedCaption(run, { ...options, languages: [first, second] })}`,
    spec: framed(title, sourceText(run), {
      width: SIDE,
      height: SIDE,
      data: { values },
      layer: [
        {
          data: { values: ends.map((at) => ({ at })) },
          mark: { type: "line", strokeDash: [4, 4], color: "#999" },
          encoding: {
            x: { field: "at", type: "quantitative" },
            y: { field: "at", type: "quantitative" },
          },
        },
        {
          transform: [{ filter: "datum.isFar" }],
          mark: { type: "rule", color: "#999", strokeWidth: 0.8 },
          encoding: { ...place, x2: { field: "labelX" }, y2: { field: "labelY" } },
        },
        {
          mark: { type: "point", filled: true, size: 60, opacity: 0.8 },
          encoding: {
            ...place,
            color: by(["#0072b2", "#e69f00", "#009e73"]),
            shape: by(["circle", "square", "triangle-up"]),
            tooltip,
          },
        },
        {
          mark: { type: "text", fontSize: 10 },
          encoding: {
            ...{ x: along("labelX", first), y: along("labelY", second), text: { field: "label" } },
          },
        },
      ],
    }),
  };
}

interface Point {
  first: number;
  second: number;
  label: string;
}

/** Of both axes, so that the dashed line halves the square. */
function squareOf(points: readonly Point[]): [number, number] {
  const all = points.flatMap(({ first, second }) => [first, second]);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const margin = 0.08 * (most - least || 1);
  return [least - margin, most + margin];
}

function withLabelPlaces<T extends Point>(points: readonly T[], ends: [number, number]) {
  const places = labelPlaces(
    points.map(({ first, second }) => ({ x: first, y: second })),
    points.map(({ label }) => label),
    { x: ends, y: ends, side: SIDE },
  );
  return points.map((point, at) => ({
    ...{ ...point, ...places[at] },
    isFar: point.label !== "" && places[at]?.isFar === true,
  }));
}

/** Each language's best layer and feature, as a table. */
export function summaryTable(run: PlottedRun, options: ChartOptions): Chart {
  const title = `Each language's best feature${byText(run)} at each layer`;
  const places =
    run.statistics === null
      ? rankedFeatures(run, { topK: 1 }).map((place) => ({ ...place, flags: "" }))
      : topFeatures(run, { topK: 1 }).map(({ flags, ...place }) => ({
          ...place,
          flags: flags.join(" "),
        }));
  const rows = places.filter(
    ({ layer, language }) => options.layers.includes(layer) && options.languages.includes(language),
  );
  const known = { layer: "layer", language: "language", feature: "feature" };
  const tooltip =
    run.statistics === null
      ? told(known, { v: "v" })
      : told(
          { ...known, runner_up: "runner-up", flags: "flags" },
          { ...toldOfScore(run), v: "v", mean: "mean", runner_up_mean: "runner-up's mean" },
        );
  return {
    title,
    caption: `${V_FORMULA}. In each cell: the feature's number, v, and what is doubtful about it.${rankedCaption(run, { ...options, topK: 1 })}`,
    spec: framed(title, sourceText(run), {
      width: { step: 84 },
      height: { step: 46 },
      data: { values: rows },
      encoding: {
        x: {
          field: "layer",
          type: "ordinal",
          title: "layer",
          axis: { orient: "top", labelAngle: 0 },
        },
        y: { field: "language", type: "nominal", sort: null, title: null },
        tooltip,
      },
      layer: [
        { mark: { type: "rect", fill: "white", stroke: "#ddd" } },
        {
          mark: { type: "text", dy: -12, fontSize: 11, fontWeight: "bold" },
          encoding: { text: { field: "feature" } },
        },
        {
          mark: { type: "text", dy: 2, fontSize: 9, color: "#555" },
          encoding: { text: { field: "v", type: "quantitative", format: ".3f" } },
        },
        {
          mark: { type: "text", dy: 14, fontSize: 8, color: "#b35900" },
          encoding: { text: { field: "flags" } },
        },
      ],
    }),
  };
}
