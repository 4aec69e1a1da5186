import { rankedFeatures, topFeatures } from "../../runs/top-features.js";
import { byText, rankedCaption } from "../ranking-text.js";
import {
  type Chart,
  type ChartOptions,
  framed,
  type PlottedRun,
  signScale,
  sourceText,
  told,
  toldOfScore,
  V_FORMULA,
} from "./chart.js";
import { rulesCaption, rulesOfV, toldOfRules, withRuleOfV } from "./rules-of-v.js";

const chosen =
  ({ layers, languages }: ChartOptions) =>
  ({ layer, language }: { layer: number; language: string }): boolean =>
    layers.includes(layer) && languages.includes(language);

/** A line a language over the layers. The points alone tell their values: a line is one mark, and would tell those of its start. */
function lines(
  { layers, languages }: ChartOptions,
  values: readonly object[],
  y: object,
  tooltip: ReturnType<typeof told>,
) {
  const { color, shape, strokeDash } = signScale(languages);
  const by = (scale: object) => ({
    ...{ field: "language", type: "nominal", scale, sort: null, title: "language" },
    // The signs of the points, without the dashes of the lines around them.
    legend: { symbolStrokeWidth: 0 },
  });
  const height = { type: "quantitative", ...y };
  return {
    width: Math.max(460, 24 * layers.length),
    height: 280,
    data: { values },
    encoding: {
      x: { field: "layer", type: "ordinal", title: "layer", axis: { labelAngle: 0 } },
      color: by(color),
    },
    layer: [
      ...rulesOfV(values, { strokeWidth: 1.5 }),
      { mark: "line", encoding: { y: height, strokeDash: by(strokeDash) } },
      {
        mark: { type: "point", filled: true, size: 50, opacity: 1 },
        encoding: { y: height, shape: by(shape), tooltip },
      },
    ],
  };
}

/** v of each language's best feature over the layers. */
export function layerLines(run: PlottedRun, options: ChartOptions): Chart {
  const title = `v of each language's best feature${byText(run)}, over the layers`;
  const values = rankedFeatures(run, { topK: 1 })
    .filter(chosen(options))
    .map((place) => withRuleOfV(run, place));
  const tooltip = [
    ...told(
      { layer: "layer", language: "language", feature: "feature" },
      { ...toldOfScore(run), v: "v" },
    ),
    ...toldOfRules(values),
  ];
  return {
    title,
    caption: `${V_FORMULA}. Layers have activations of different size: the height of a line says where v is large, not where a language is told apart best.${rankedCaption(run, { ...options, topK: 1 })}${rulesCaption(values)}`,
    spec: framed(
      title,
      sourceText(run),
      lines(options, values, { field: "v", title: "v (activation)" }, tooltip),
    ),
  };
}

/** How much of a best feature's mean is its language's own; null where the run has no means. */
export function specialisation(run: PlottedRun, options: ChartOptions): Chart | null {
  if (run.statistics === null) return null;
  const title = `Share of a best feature's mean that is its language's own${run.measure === undefined ? "" : `, best${byText(run)}`}`;
  const values = topFeatures(run, { topK: 1 })
    .filter(chosen(options))
    .map(({ layer, language, feature, v, score, mean, runner_up, runner_up_mean }) => ({
      ...{ layer, language, feature, v, mean, runner_up, runner_up_mean },
      ...(score === undefined ? {} : { score }),
      share: mean > 0 ? v / mean : 0,
    }));
  const tooltip = told(
    { layer: "layer", language: "language", feature: "feature", runner_up: "runner-up" },
    {
      share: "v / mean",
      ...toldOfScore(run),
      v: "v",
      mean: "mean",
      runner_up_mean: "runner-up's mean",
    },
  );
  const y = { field: "share", title: "v / mean", scale: { domainMax: 1 } };
  return {
    title,
    caption: `v(f, L) / μ(f, L) of each language's best feature: 1 where the other languages are silent, 0 where they are as loud on average. It has no unit, so layers can be compared. One other language that is as loud weighs little among many: the runner-up tells of it.${rankedCaption(run, { ...options, topK: 1 })}`,
    spec: framed(title, sourceText(run), lines(options, values, y, tooltip)),
  };
}
