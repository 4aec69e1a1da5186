import { averagedLayer } from "../../experiments/ablation/averaged-layer.js";
import type { SynergyResult } from "../../experiments/synergy/synergy.js";
import { evaluatedTitle, evaluationText } from "../evaluation-text.js";
import { byMeasure } from "../ranking-text.js";
import { cells, withHalf } from "./cells.js";
import { type Chart, framed, panelsOf, told } from "./chart.js";

const sourceText = ({ run, top_k, ranked_by, projection, evaluation }: SynergyResult): string =>
  `${run}, top ${top_k}${byMeasure(ranked_by)} of each language, projection: ${projection}, ${evaluationText(evaluation)}`;

/** ΔAB − ΔA − ΔB of every ordered pair. */
export function synergyMatrix(result: SynergyResult): Chart {
  const title = evaluatedTitle(
    "What taking out two languages' features costs beyond the sum of both",
    result,
  );
  const { languages, evaluation } = result;
  const evaluated = evaluation.languages.map(({ language }) => language);
  const values = result.pairs
    .filter(({ layer }) => layer === averagedLayer(result.layers))
    .map(({ evaluated, other, own, of_other, both, synergy }) => ({
      ...{ evaluated, other, own, of_other, both, synergy: synergy.value },
      ...{ lo: synergy.interval?.lo ?? null, hi: synergy.interval?.hi ?? null },
      is_clear: synergy.interval !== null && synergy.interval.lo * synergy.interval.hi > 0,
    }));
  const most = Math.max(...values.map(({ synergy }) => Math.abs(synergy)), Number.MIN_VALUE);
  return {
    title,
    caption:
      "Rows: language of the texts (A); columns: the other language (B). ΔCE without both languages' features less that without A's and that without B's, in nats per token; above 0 (green), together they cost more than the sum. Bold: the 95 % interval over documents leaves out 0.",
    spec: framed(title, sourceText(result), {
      data: { values },
      width: { step: 46 },
      height: { step: 24 },
      encoding: {
        x: {
          ...{ field: "other", type: "nominal", sort: [...languages], title: "B: the other" },
          axis: { labelAngle: -45 },
        },
        y: { field: "evaluated", type: "nominal", sort: evaluated, title: "A: evaluated" },
        tooltip: told(
          { evaluated: "evaluated (A)", other: "the other (B)" },
          {
            synergy: "ΔAB − ΔA − ΔB",
            lo: "from",
            hi: "to",
            own: "ΔA",
            of_other: "ΔB",
            both: "ΔAB",
          },
        ),
      },
      layer: [
        {
          mark: "rect",
          encoding: {
            color: {
              ...{ field: "synergy", type: "quantitative", title: "beyond the sum" },
              scale: { scheme: "brownbluegreen", domain: [-most, most] },
            },
          },
        },
        ...[true, false].map((isClear) => ({
          transform: [{ filter: `datum.is_clear === ${isClear}` }],
          mark: { type: "text", fontSize: 9, fontWeight: isClear ? "bold" : "normal" },
          encoding: {
            text: { field: "synergy", type: "quantitative", format: ".3f" },
            color: {
              condition: { test: `abs(datum.synergy) > ${0.6 * most}`, value: "white" },
              value: "black",
            },
          },
        })),
      ],
    }),
  };
}

/** The same over the layers, within groups of languages and across; null where there are no groups. */
export function synergyByRelation(result: SynergyResult): Chart | null {
  if (result.groups === null) return null;
  const title = evaluatedTitle(
    "Beyond the sum, within groups of languages and across them",
    result,
  );
  const names = ["within a group", "across groups"];
  const values = result.relations
    .filter(({ layer }) => layer !== null)
    .flatMap(({ layer, intra, inter }) =>
      [intra, inter].flatMap((each, at) =>
        each === null
          ? []
          : [
              {
                ...{ layer, pairs: names[at], synergy: each.value },
                ...{ lo: each.interval?.lo ?? each.value, hi: each.interval?.hi ?? each.value },
              },
            ],
      ),
    );
  const groups = result.groups.groups.map((group) => group.join(" ")).join("; ");
  return {
    title,
    caption: `Mean of ΔAB − ΔA − ΔB over ordered pairs of languages, with 95 % intervals over documents. Groups (${result.groups.source}): ${groups}.`,
    spec: framed(title, sourceText(result), {
      data: { values },
      width: 320,
      height: 200,
      encoding: {
        x: { field: "layer", type: "ordinal", title: "layer", axis: { labelAngle: 0 } },
        xOffset: { field: "pairs", sort: names },
        color: {
          ...{ field: "pairs", type: "nominal", title: "pairs" },
          scale: { domain: names, range: ["#d55e00", "#0072b2"] },
        },
      },
      layer: [
        {
          mark: { type: "rule", strokeWidth: 1.5 },
          encoding: {
            y: { field: "lo", type: "quantitative", title: "beyond the sum (nats per token)" },
            y2: { field: "hi" },
          },
        },
        {
          mark: { type: "point", filled: true, size: 60 },
          encoding: {
            y: { field: "synergy", type: "quantitative" },
            shape: {
              ...{ field: "pairs", type: "nominal", title: "pairs" },
              scale: { domain: names, range: ["circle", "square"] },
            },
            tooltip: told(
              { layer: "layer", pairs: "pairs" },
              { synergy: "mean", lo: "from", hi: "to" },
            ),
          },
        },
      ],
    }),
  };
}

/** How much languages' best features are active on each other's texts, in parts of their own. */
export function crossActivationPanels(result: SynergyResult): Chart {
  const title = `How active languages' top ${result.top_k} features are on each other's texts`;
  const { languages, cross_activation } = result;
  const rows = cross_activation.flatMap(({ layer, activation, normalized }) =>
    languages.flatMap((of, a) =>
      languages.flatMap((on, b) => {
        const share = normalized[a]?.[b] ?? null;
        return share === null ? [] : [{ layer, of, on, share, mean: activation[a]?.[b] as number }];
      }),
    ),
  );
  const axis = { type: "nominal", sort: [...languages] };
  return {
    title,
    caption:
      "Rows: whose features; columns: on whose texts. Mean activation in parts of that on their own language, from the texts that chose the features; rows whose own is 0 are empty.",
    spec: framed(title, result.run, {
      data: { values: withHalf(rows, ({ share }) => share) },
      columns: 2,
      ...panelsOf(cross_activation.map(({ layer }) => layer)),
      resolve: { axis: { x: "independent", y: "independent" } },
      spec: cells(
        {
          x: { ...axis, field: "on", title: "on texts of", axis: { labelAngle: -45 } },
          y: { ...axis, field: "of", title: "features of" },
          ...{ value: "share", title: "in parts of own", format: ".2f" },
          tooltip: told(
            { of: "features of", on: "on texts of" },
            { share: "in parts of own", mean: "mean activation" },
          ),
        },
        { x: 34, y: 20 },
      ),
    }),
  };
}
