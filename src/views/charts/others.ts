import type { Ranking } from "../../reduce/v-score.js";
import { rankedFeatures, topFeatures } from "../../runs/top-features.js";
import {
  type Chart,
  type ChartOptions,
  framed,
  languageScale,
  type PlottedRun,
  sourceText,
  V_FORMULA,
} from "./chart.js";

/** How much of a best feature's mean is its language's own; null where the run has no means. */
export function specialisation(run: PlottedRun, options: ChartOptions): Chart | null {
  if (run.statistics === null) return null;
  const title = "Share of a best feature's mean that is its language's own";
  const values = topFeatures(run, { topK: 1 })
    .filter(
      ({ layer, language }) =>
        options.layers.includes(layer) && options.languages.includes(language),
    )
    .map(({ layer, language, feature, v, mean, runner_up, runner_up_mean }) => ({
      ...{ layer, language, feature, v, mean, runner_up, runner_up_mean },
      share: mean > 0 ? v / mean : 0,
    }));
  const { color, shape } = languageScale(options.languages);
  return {
    title,
    caption: `v(f, L) / μ(f, L) of each language's best feature: 1 where the other languages are silent, 0 where they are as loud. It has no unit, so layers can be compared.`,
    spec: framed(title, sourceText(run), {
      width: 460,
      height: 280,
      data: { values },
      mark: { type: "line", point: { filled: true, size: 50 }, tooltip: true },
      encoding: {
        x: { field: "layer", type: "ordinal", title: "layer", axis: { labelAngle: 0 } },
        y: { field: "share", type: "quantitative", title: "v / mean", scale: { domainMax: 1 } },
        color: { field: "language", type: "nominal", scale: color, sort: null, title: "language" },
        shape: { field: "language", type: "nominal", scale: shape, sort: null, title: "language" },
      },
    }),
  };
}

/** v in one language against v in another, of the features that are among the best of either. */
export function rankScatter(run: PlottedRun, options: ChartOptions): Chart | null {
  const [first, second] = options.languages;
  const [layer] = options.layers;
  if (first === undefined || second === undefined || layer === undefined) return null;
  const ranking = run.rankings.get(layer) as Ranking;
  const title = `The top ${options.topK} features of ${first} and of ${second}, layer ${layer}`;
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
          mark: { type: "point", filled: true, size: 60, opacity: 0.8, tooltip: true },
          encoding: {
            x: { field: "first", type: "quantitative", title: `v in ${first}` },
            y: { field: "second", type: "quantitative", title: `v in ${second}` },
            color: {
              ...{ field: "of", type: "nominal", title: "among the best of" },
              scale: { domain: [first, second, "both"], range: ["#0072b2", "#e69f00", "#009e73"] },
            },
            shape: { field: "of", type: "nominal", title: "among the best of" },
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
  const flags = new Map(
    (run.statistics === null ? [] : topFeatures(run, { topK: 1 })).map((top) => [
      `${top.layer} ${top.language}`,
      top.flags.join(" "),
    ]),
  );
  const rows = rankedFeatures(run, { topK: 1 })
    .filter(
      ({ layer, language }) =>
        options.layers.includes(layer) && options.languages.includes(language),
    )
    .map(({ layer, language, feature, v }) => ({
      ...{ layer, language, feature, v },
      flags: flags.get(`${layer} ${language}`) ?? "",
    }));
  return {
    title,
    caption: `${V_FORMULA}. In each cell: the feature's number, v, and what is doubtful about it.`,
    spec: framed(title, sourceText(run), {
      width: { step: 96 },
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
      },
      layer: [
        { mark: { type: "rect", fill: "white", stroke: "#ddd", tooltip: true } },
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
