import type { Ranking } from "../../reduce/v-score.js";
import { rankedFeatures, topFeatures } from "../../runs/top-features.js";
import {
  type Chart,
  type ChartOptions,
  framed,
  type PlottedRun,
  sourceText,
  told,
  V_FORMULA,
} from "./chart.js";

/** v in one language against v in another, of the features that are among the best of either. */
export function rankScatter(run: PlottedRun, options: ChartOptions): Chart | null {
  const [first, second] = options.languages;
  const [layer] = options.layers;
  if (first === undefined || second === undefined || layer === undefined) return null;
  const ranking = run.rankings.get(layer) as Ranking;
  const title = `The top ${options.topK} features of ${first} and of ${second}, layer ${layer}`;
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
  const values = [...Map.groupBy(ofBoth, ({ feature }) => feature)].map(([feature, places]) => ({
    feature,
    of: places.length === 2 ? "both" : (places[0]?.language as string),
    first: scoreIn(ranking, run.meta.languages.indexOf(first), feature),
    second: scoreIn(ranking, run.meta.languages.indexOf(second), feature),
  }));
  return {
    title,
    caption: `${V_FORMULA}. A point a feature, of the ${options.topK} best of each; on the dashed line it speaks for both alike.`,
    spec: framed(title, sourceText(run), {
      width: 360,
      height: 360,
      data: { values },
      layer: [
        {
          data: { values: diagonal(values) },
          mark: { type: "line", strokeDash: [4, 4], color: "#999" },
          encoding: {
            x: { field: "at", type: "quantitative" },
            y: { field: "at", type: "quantitative" },
          },
        },
        {
          mark: { type: "point", filled: true, size: 60, opacity: 0.8 },
          encoding: {
            x: { field: "first", type: "quantitative", title: `v in ${first}` },
            y: { field: "second", type: "quantitative", title: `v in ${second}` },
            color: by(["#0072b2", "#e69f00", "#009e73"]),
            shape: by(["circle", "square", "triangle-up"]),
            tooltip,
          },
        },
      ],
    }),
  };
}

function diagonal(points: readonly { first: number; second: number }[]): { at: number }[] {
  const ends = points.flatMap(({ first, second }) => [first, second]);
  return [{ at: Math.min(...ends) }, { at: Math.max(...ends) }];
}

function scoreIn({ features, index, value }: Ranking, k: number, feature: number): number {
  const place = index.subarray(k * features, (k + 1) * features).indexOf(feature);
  return value[k * features + place] as number;
}

/** Each language's best layer and feature, as a table. */
export function summaryTable(run: PlottedRun, options: ChartOptions): Chart {
  const title = "Each language's best feature at each layer";
  const places =
    run.statistics === null
      ? rankedFeatures(run, { topK: 1 })
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
          { v: "v", mean: "mean", runner_up_mean: "runner-up's mean" },
        );
  return {
    title,
    caption: `${V_FORMULA}. In each cell: the feature's number, v, and what is doubtful about it.`,
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
