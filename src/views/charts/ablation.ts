import type { AblationCell, AblationResult } from "../../experiments/ablation/ablation-result.js";
import { averagedLayer } from "../../experiments/ablation/averaged-layer.js";
import { closeAndDistant } from "../../experiments/ablation/close-and-distant.js";
import { evaluatedTitle, evaluationText } from "../evaluation-text.js";
import { byMeasure } from "../ranking-text.js";
import { type Chart, framed } from "./chart.js";

const PANELS_A_ROW = 3;
const OWN = "#d55e00";
const RANDOM = "#0072b2";
const OTHERS = "#999999";
/** This language, random features, other languages. */
const STROKES = [
  { strokeWidth: 2.5 },
  { strokeWidth: 2, strokeDash: [5, 3] },
  { strokeWidth: 0.8 },
];
const DELTA = "ΔCE (nats per token)";

/** From what, in the line under a title. */
const sourceText = ({ run, ranked_by, projection, evaluation }: AblationResult): string =>
  `${run}${ranked_by === "v" ? "" : `, features${byMeasure(ranked_by)}`}, ${evaluationText(evaluation)}, projection: ${projection}; bars: 95 % intervals over documents`;

/** The configuration with the most features: all that were taken out together. */
export const widestConfig = ({ configs }: AblationResult): string =>
  configs.reduce((most, each) => (each.ranks.length > most.ranks.length ? each : most)).name;

const row = ({ layer, ablated, config, kind, evaluated, delta }: AblationCell) => ({
  ...{ layer, ablated, config, kind, evaluated, delta: delta.value },
  ...{ lo: delta.interval?.lo ?? delta.value, hi: delta.interval?.hi ?? delta.value },
});

const ofLayers = ({ cells }: AblationResult, config: string) =>
  cells.filter((cell) => cell.layer !== null && cell.config === config).map(row);

/** ΔCE over the layers: a panel a language whose features are taken out, a line a language that is evaluated. */
export function ablationOverLayers(result: AblationResult): Chart {
  const config = widestConfig(result);
  const title = evaluatedTitle(
    `What taking out a language's ${config} features costs, over the layers`,
    result,
  );
  const domain = ["this language", "random features, this language", "other languages"] as const;
  const whatOf = named(...domain);
  const values = ofLayers(result, config)
    .filter(({ kind, ablated, evaluated }) => kind === "language" || ablated === evaluated)
    .map((each) => ({
      ...each,
      what: whatOf(each),
      line: `${each.kind} ${each.evaluated}`,
    }));
  return {
    title,
    caption: `ΔCE = cross-entropy per predicted token without the features less that with them. A panel for each language whose ${config} features are taken out of the model at a layer; thick: on texts of this language, thin: on those of each other one. Random features are as many others, nearest in mean activation on this language.`,
    spec: framed(title, sourceText(result), {
      data: { values },
      columns: PANELS_A_ROW,
      facet: panel(result.ablated),
      resolve: { scale: { y: "independent" }, axis: { x: "independent" } },
      spec: {
        width: 220,
        height: 150,
        encoding: {
          x: { field: "layer", type: "ordinal", title: "layer", axis: { labelAngle: 0 } },
          color: {
            ...{ field: "what", type: "nominal", legend: { title: null, orient: "bottom" } },
            scale: { domain, range: [OWN, RANDOM, OTHERS] },
          },
        },
        layer: [
          ...domain.map((what, at) => ({
            transform: [{ filter: `datum.what === '${what}'` }],
            mark: { type: "line", ...STROKES[at] },
            encoding: {
              y: { field: "delta", type: "quantitative", title: DELTA },
              detail: { field: "line" },
            },
          })),
          {
            transform: [{ filter: "datum.what !== 'other languages'" }],
            mark: { type: "rule" },
            encoding: {
              y: { field: "lo", type: "quantitative", title: DELTA },
              y2: { field: "hi" },
            },
          },
          {
            mark: { type: "point", filled: true, size: 22, tooltip: true },
            encoding: { y: { field: "delta", type: "quantitative", title: DELTA } },
          },
        ],
      },
    }),
  };
}

const panel = (languages: readonly string[]) => ({
  ...{ field: "ablated", type: "nominal", header: { title: null }, sort: [...languages] },
});

/** Of whose features a number is, as one of three names. */
const named =
  (own: string, random: string, others: string) =>
  ({ kind, ablated, evaluated }: Pick<AblationCell, "kind" | "ablated" | "evaluated">): string => {
    if (kind === "random") return random;
    return ablated === evaluated ? own : others;
  };

/** ΔCE on every language, the layers averaged: how far the effect of a language's features is its own. */
export function ablationSpecificity(result: AblationResult): Chart {
  const config = widestConfig(result);
  const averaged = averagedLayer(result.layers);
  const over = averaged === null ? "mean over the layers" : `layer ${averaged}`;
  const title = evaluatedTitle(
    `Whom taking out a language's ${config} features costs, ${over}`,
    result,
  );
  const [own, others, random] = [
    "its own features",
    "another language's features",
    "random features",
  ];
  const domain = [own, others, random];
  const barOf = named(own, random, others);
  const values = result.cells
    .filter((cell) => cell.layer === averaged && cell.config === config)
    .map(row)
    .map((each) => ({ ...each, what: barOf(each) }));
  return {
    title,
    caption: `A panel for each language whose ${config} features are taken out; bars: ΔCE on texts of each language; on the panel's own also that of as many random features, nearest in mean activation on it.`,
    spec: framed(title, sourceText(result), {
      data: { values },
      columns: 2,
      facet: panel(result.ablated),
      resolve: { scale: { y: "independent" }, axis: { x: "independent" } },
      spec: {
        width: { step: 17 },
        height: 130,
        encoding: {
          x: {
            ...{ field: "evaluated", type: "nominal", sort: [...result.languages], title: null },
            axis: { labelAngle: -45 },
          },
          xOffset: { field: "kind", sort: ["language", "random"] },
        },
        layer: [
          {
            mark: { type: "bar", tooltip: true },
            encoding: {
              y: { field: "delta", type: "quantitative", title: DELTA },
              color: {
                ...{ field: "what", type: "nominal", legend: { title: null, orient: "bottom" } },
                scale: { domain, range: [OWN, OTHERS, RANDOM] },
              },
            },
          },
          {
            mark: { type: "rule", color: "#333" },
            encoding: {
              y: { field: "lo", type: "quantitative", title: DELTA },
              y2: { field: "hi" },
            },
          },
        ],
      },
    }),
  };
}

/** Each language's features one by one and together, on the language and on two others. */
export function ablationTriples(result: AblationResult): Chart {
  const title = evaluatedTitle(
    "What a language's features cost one by one and together, on it and on two others",
    result,
  );
  const panels = result.ablated
    .filter((ablated) => result.languages.includes(ablated))
    .flatMap((ablated) => {
      const beside = closeAndDistant(ablated, result.languages);
      return [ablated, ...beside].map((language, place) => ({
        ...{ ablated, evaluated: language },
        panel: `${ablated} on ${place === 0 ? "itself" : language}${" ".repeat(place)}`,
      }));
    });
  const all = result.cells.filter(({ layer, kind }) => layer !== null && kind === "language");
  const values = panels.flatMap(({ ablated, evaluated, panel }) =>
    all
      .filter((cell) => cell.ablated === ablated && cell.evaluated === evaluated)
      .map((cell) => ({ ...row(cell), panel })),
  );
  const configs = result.configs.map(({ name }) => name);
  return {
    title,
    caption:
      "A row a language whose features are taken out: ΔCE on its own texts and on those of two others, a close and a distant one where the ablation repository names them (figure 6), else the first and the last of the run. Where both together cost more than the sum of each, they work together.",
    spec: framed(title, sourceText(result), {
      data: { values },
      columns: 3,
      facet: {
        ...{ field: "panel", type: "nominal", header: { title: null } },
        sort: panels.map(({ panel }) => panel),
      },
      resolve: { scale: { y: "independent" }, axis: { x: "independent" } },
      spec: {
        width: 200,
        height: 90,
        layer: [
          {
            mark: { type: "line" },
            encoding: { y: { field: "delta", type: "quantitative", title: "ΔCE (nats)" } },
          },
          {
            mark: { type: "rule" },
            encoding: {
              y: { field: "lo", type: "quantitative", title: "ΔCE (nats)" },
              y2: { field: "hi" },
            },
          },
          {
            mark: { type: "point", filled: true, size: 30, tooltip: true },
            encoding: {
              y: { field: "delta", type: "quantitative", title: "ΔCE (nats)" },
              shape: {
                ...{ field: "config", type: "nominal" },
                ...{ legend: { title: null, orient: "bottom" }, scale: { domain: configs } },
              },
            },
          },
        ],
        encoding: {
          x: { field: "layer", type: "ordinal", title: "layer", axis: { labelAngle: 0 } },
          color: {
            ...{ field: "config", type: "nominal", legend: { title: null, orient: "bottom" } },
            scale: {
              domain: configs,
              range: ["#d55e00", "#009e73", "#0072b2", "#cc79a7", "#e69f00"],
            },
          },
        },
      },
    }),
  };
}
