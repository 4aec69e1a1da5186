import type { InteractionsResult } from "../../experiments/interactions/interactions.js";
import type { Interval } from "../../reduce/bootstrap.js";
import { evaluatedTitle, evaluationText } from "../evaluation-text.js";
import { byMeasure } from "../ranking-text.js";
import { cells, withHalf } from "./cells.js";
import { type Chart, framed, panelsOf, told } from "./chart.js";

const sourceText = (result: InteractionsResult): string => {
  const { run, ablation, config, ranked_by, evaluation, mean_over } = result;
  return `${run}, ${ablation} (${config}${byMeasure(ranked_by)}), ${evaluationText(evaluation)}, mean over ${mean_over}`;
};

const axes = (languages: readonly string[]) => ({
  tooltip: told({ evaluated: "evaluated", ablated: "features taken out" }, { value: "ΔCE" }),
  x: {
    ...{ field: "ablated", type: "nominal", sort: [...languages], title: "features taken out" },
    axis: { labelAngle: -45 },
  },
  y: { field: "evaluated", type: "nominal", sort: [...languages], title: "evaluated" },
});

const rowsOf = (languages: readonly string[], matrix: readonly (readonly (number | null)[])[]) =>
  languages.flatMap((evaluated, i) =>
    languages.flatMap((ablated, j) => {
      const value = matrix[i]?.[j] ?? null;
      return value === null ? [] : [{ evaluated, ablated, value }];
    }),
  );

/** What each language's features cost each language, averaged over the layers. */
export function interactionHeatmap(result: InteractionsResult): Chart {
  const title = evaluatedTitle(
    "What taking out each language's features costs each language",
    result,
  );
  const { languages, average } = result;
  const rows = rowsOf(languages, average);
  return {
    title,
    caption:
      "ΔCE in nats per token on texts of the row's language when the features of the column's are taken out at one layer, averaged over the layers. A bright diagonal: each language has features of its own.",
    spec: framed(title, sourceText(result), {
      data: { values: withHalf(rows, ({ value }) => value) },
      ...cells(
        { ...axes(languages), value: "value", title: "ΔCE", format: ".2f" },
        { x: 44, y: 24 },
      ),
    }),
  };
}

/** The same, each row in parts of its own diagonal. */
export function normalizedHeatmap(result: InteractionsResult): Chart {
  const title = evaluatedTitle(
    "What each language's features cost a language, in parts of what its own do",
    result,
  );
  const { languages, normalized } = result;
  const rows = rowsOf(languages, normalized);
  return {
    title,
    caption:
      "Each row divided by its own diagonal: 1 is the effect of the language's own features. A row without a positive diagonal is empty.",
    spec: framed(title, sourceText(result), {
      data: { values: withHalf(rows, ({ value }) => value) },
      ...cells(
        { ...axes(languages), value: "value", title: "ΔCE / own", format: ".2f" },
        { x: 44, y: 24 },
      ),
    }),
  };
}

/** Layer by layer. */
export function interactionsByLayer(result: InteractionsResult): Chart {
  const title = evaluatedTitle(
    "What taking out each language's features costs each language, by layer",
    result,
  );
  const { languages, layers } = result;
  const rows = layers.flatMap(({ layer, matrix }) =>
    rowsOf(languages, matrix).map((each) => ({ ...each, layer })),
  );
  return {
    title,
    caption: "ΔCE in nats per token, as in the averaged matrix, a panel a layer.",
    spec: framed(title, sourceText(result), {
      data: { values: withHalf(rows, ({ value }) => value) },
      columns: 2,
      ...panelsOf(layers.map(({ layer }) => layer)),
      resolve: { axis: { x: "independent", y: "independent" } },
      spec: cells(
        { ...axes(languages), value: "value", title: "ΔCE", format: ".2f" },
        { x: 38, y: 20 },
      ),
    }),
  };
}

const PAIRS = 12;

/** The pairs in which one side's features matter most to the other side, and not the other way round. */
export function asymmetryBars(result: InteractionsResult): Chart {
  const title = evaluatedTitle("Pairs of languages by how one-sided their effect is", result);
  const shown = result.asymmetry.slice(0, PAIRS);
  const values = shown.flatMap((each) => {
    const pair = `${each.first}, ${each.second}`;
    const bar = (direction: string, value: number, interval: Interval | null) => ({
      ...{ pair, direction, value, lo: interval?.lo ?? value, hi: interval?.hi ?? value },
    });
    return [
      bar("on the first, of the second's features", each.on_first, each.interval_on_first),
      bar("on the second, of the first's features", each.on_second, each.interval_on_second),
    ];
  });
  return {
    title,
    caption: `The ${shown.length} pairs with the largest |M[a][b] − M[b][a]|: ΔCE on each of the two when the other's features are taken out${values.some(({ lo, hi }) => lo < hi) ? ", with 95 % intervals over documents" : ""}.`,
    spec: framed(title, sourceText(result), {
      data: { values },
      width: 360,
      height: { step: 14 },
      encoding: {
        y: {
          ...{ field: "pair", type: "nominal", title: null, axis: { labelLimit: 260 } },
          sort: shown.map(({ first, second }) => `${first}, ${second}`),
        },
        yOffset: { field: "direction" },
      },
      layer: [
        {
          mark: { type: "bar", tooltip: true },
          encoding: {
            x: { field: "value", type: "quantitative", title: "ΔCE (nats per token)" },
            color: {
              ...{ field: "direction", type: "nominal" },
              legend: { title: null, orient: "bottom", labelLimit: 400, columns: 1 },
              scale: { range: ["#0072b2", "#e69f00"] },
            },
          },
        },
        {
          mark: { type: "rule", color: "#333" },
          encoding: { x: { field: "lo", type: "quantitative" }, x2: { field: "hi" } },
        },
      ],
    }),
  };
}
