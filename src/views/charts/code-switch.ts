import type { Curve, Told } from "../../experiments/code-switching/analyse.js";
import type { CodeSwitchResult } from "../../experiments/code-switching/code-switch.js";
import { type Chart, framed } from "./chart.js";

/** One line of a panel. */
interface NamedCurve {
  what: string;
  curve: Curve;
  errors: Curve;
  n: number;
}

const namedCurve = <Name extends string>(
  told: Told<Name>,
  name: Name,
  what: string,
): NamedCurve => ({
  ...{ what, curve: (told as Record<Name, Curve>)[name] },
  ...{ errors: told.standard_errors[name], n: told.n[name] },
});

const ERRORS =
  "Bars: ± one standard error of the mean, over sentences or, of nouns alone, over nouns; those that share a prefix or a noun count as dependent, the languages as given; no bar where there is a single prefix or noun.";

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

/** Names of the lines, each with its number of sentences, or of nouns alone, in a panel. */
function withNumbers(entries: readonly { curves: readonly NamedCurve[] }[]): string[] {
  return (entries[0]?.curves ?? []).map(({ what }, at) => {
    const all = entries.map(({ curves }) => curves[at]?.n ?? 0);
    const [fewest, most] = [Math.min(...all), Math.max(...all)];
    return `${what} (n = ${fewest === most ? most : `${fewest}–${most}`})`;
  });
}

/** A panel a language, a line a kind of noun, over the layers. Where nothing was read there is no point. */
function panels(
  result: CodeSwitchResult,
  title: string,
  source: string,
  entries: readonly { language: string; curves: readonly NamedCurve[] }[],
) {
  const names = withNumbers(entries);
  const values = entries.flatMap(({ language, curves }) =>
    curves.flatMap(({ curve, errors, n }, line) =>
      curve.flatMap((activation, at) => {
        if (activation === null) return [];
        const error = errors[at] ?? null;
        const ends =
          error === null ? {} : { error, low: activation - error, high: activation + error };
        const feature = result.features[language]?.[at];
        return [
          {
            language,
            what: names[line],
            layer: result.layers[at],
            activation,
            ...ends,
            n,
            feature,
          },
        ];
      }),
    ),
  );
  const legend = { title: null, orient: "bottom", labelLimit: 400, columns: 2 };
  const by = (range: readonly unknown[]) => ({
    ...{ field: "what", type: "nominal", sort: names, legend },
    scale: { domain: names, range: range.slice(0, names.length) },
  });
  return framed(
    title,
    `${source}, ${dataText(result)}; bars: ± 1 SE over sentences (alone: nouns)`,
    {
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
        encoding: {
          x: { field: "layer", type: "ordinal", title: "layer", axis: { labelAngle: 0 } },
          color: by(LINES.range),
        },
        layer: [
          {
            transform: [{ filter: "isValid(datum.error)" }],
            mark: { type: "rule", strokeWidth: 1.2 },
            encoding: {
              y: { field: "low", type: "quantitative", title: "mean activation" },
              y2: { field: "high" },
            },
          },
          {
            mark: { type: "line", point: { filled: true, size: 45 }, tooltip: true },
            encoding: {
              y: { field: "activation", type: "quantitative", title: "mean activation" },
              shape: by(LINES.shapes),
            },
          },
        ],
      },
    },
  );
}

/** The paper's first analysis: a language's best feature on nouns behind its own prefixes, and on foreign nouns alone. */
export function ownFeatureChart(result: CodeSwitchResult, source: string): Chart {
  const title = "A language's best feature, on nouns behind its own prefixes";
  const entries = result.own_feature.map((told) => ({
    language: told.language,
    curves: [
      namedCurve(told, "own", "own noun behind own prefix"),
      namedCurve(told, "foreign", "foreign noun behind own prefix"),
      namedCurve(told, "foreign_alone", "foreign noun alone"),
    ],
  }));
  return {
    title,
    caption: `A panel a language: mean activation of its feature with the highest v at each layer, over the tokens of nouns; foreign: the mean over the other languages' nouns, each language weighing the same. ${ERRORS} Each panel has its own scale.`,
    spec: panels(result, title, source, entries),
  };
}

/** The converse: the best feature of a noun's language, on the noun alone and behind foreign prefixes. */
export function nounFeatureChart(result: CodeSwitchResult, source: string): Chart {
  const title = "A language's best feature, on its nouns behind foreign prefixes";
  const entries = result.noun_feature.map((told) => ({
    language: told.language,
    curves: [
      namedCurve(told, "own", "own noun behind own prefix"),
      namedCurve(told, "after_foreign", "own noun behind foreign prefix"),
      namedCurve(told, "alone", "own noun alone"),
    ],
  }));
  return {
    title,
    caption: `A panel a language: mean activation of its feature with the highest v at each layer, over the tokens of its nouns; foreign: the mean over the other languages' prefixes, each language weighing the same. ${ERRORS} Each panel has its own scale.`,
    spec: panels(result, title, source, entries),
  };
}
