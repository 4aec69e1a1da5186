import type { Curve } from "../../experiments/code-switching/analyse.js";
import type { CodeSwitchResult } from "../../experiments/code-switching/code-switch.js";
import { type Chart, framed } from "./chart.js";

/** One line of a panel. */
interface NamedCurve {
  what: string;
  curve: Curve;
}

/** Hues that stay apart without full colour vision, signs for those who see none. */
const LINES = {
  range: ["#0072b2", "#e69f00", "#999999", "#009e73"],
  shapes: ["circle", "square", "triangle-up", "diamond"],
};

const PANELS_A_ROW = 3;

const dataText = ({ data }: CodeSwitchResult): string => {
  const left = data.left_out.reduce((sum, { lines }) => sum + lines.length, 0);
  return `${data.rows} sentences (${data.source})${left > 0 ? `, ${left} left out` : ""}`;
};

/** A panel a language, a line a kind of noun, over the layers. Where nothing was read there is no point. */
function panels(
  result: CodeSwitchResult,
  title: string,
  source: string,
  entries: readonly { language: string; curves: readonly NamedCurve[] }[],
) {
  const names = entries[0]?.curves.map(({ what }) => what) ?? [];
  const values = entries.flatMap(({ language, curves }) =>
    curves.flatMap(({ what, curve }) =>
      curve.flatMap((activation, at) =>
        activation === null
          ? []
          : [
              {
                ...{ language, what, layer: result.layers[at], activation },
                feature: result.features[language]?.[at],
              },
            ],
      ),
    ),
  );
  const legend = { title: null, orient: "bottom", labelLimit: 400, columns: 2 };
  const by = (range: readonly unknown[]) => ({
    ...{ field: "what", type: "nominal", sort: names, legend },
    scale: { domain: names, range: range.slice(0, names.length) },
  });
  return framed(title, `${source}, ${dataText(result)}`, {
    data: { values },
    columns: PANELS_A_ROW,
    facet: {
      ...{ field: "language", type: "nominal", header: { title: null } },
      sort: entries.map(({ language }) => language),
    },
    resolve: { scale: { y: "independent" }, axis: { x: "independent" } },
    spec: {
      width: 220,
      height: 140,
      mark: { type: "line", point: { filled: true, size: 45 }, tooltip: true },
      encoding: {
        x: { field: "layer", type: "ordinal", title: "layer", axis: { labelAngle: 0 } },
        y: { field: "activation", type: "quantitative", title: "mean activation" },
        color: by(LINES.range),
        shape: by(LINES.shapes),
      },
    },
  });
}

/** The paper's first analysis: a language's best feature on nouns behind its own prefixes, and on foreign nouns alone. */
export function ownFeatureChart(result: CodeSwitchResult, source: string): Chart {
  const title = "A language's best feature, on nouns behind its own prefixes";
  const entries = result.own_feature.map(({ language, own, foreign, foreign_alone }) => ({
    language,
    curves: [
      { what: "own noun behind own prefix", curve: own },
      { what: "foreign noun behind own prefix", curve: foreign },
      { what: "foreign noun alone", curve: foreign_alone },
    ],
  }));
  return {
    title,
    caption:
      "A panel a language: mean activation of its feature with the highest v at each layer, over the tokens of nouns; foreign: the mean over the other languages' nouns, each language weighing the same. Each panel has its own scale.",
    spec: panels(result, title, source, entries),
  };
}

/** The converse: the best feature of a noun's language, on the noun alone and behind foreign prefixes. */
export function nounFeatureChart(result: CodeSwitchResult, source: string): Chart {
  const title = "A language's best feature, on its nouns behind foreign prefixes";
  const entries = result.noun_feature.map(({ language, own, after_foreign, alone }) => ({
    language,
    curves: [
      { what: "own noun behind own prefix", curve: own },
      { what: "own noun behind foreign prefix", curve: after_foreign },
      { what: "own noun alone", curve: alone },
    ],
  }));
  return {
    title,
    caption:
      "A panel a language: mean activation of its feature with the highest v at each layer, over the tokens of its nouns; foreign: the mean over the other languages' prefixes, each language weighing the same. Each panel has its own scale.",
    spec: panels(result, title, source, entries),
  };
}
