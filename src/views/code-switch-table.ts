import type { Curve } from "../experiments/code-switching/analyse.js";
import type { CodeSwitchResult } from "../experiments/code-switching/code-switch.js";
import type { MarkedTextResult } from "../experiments/code-switching/marked-text.js";
import { visible } from "./escape.js";
import { digits } from "./feature-table.js";
import { tableLines } from "./table.js";

/** Languages of a marked word that a table shows. */
const BEST = 3;

const cell = (value: number | null | undefined): string => (value == null ? "–" : digits(value));

/** Both analyses at one layer, what the columns mean, and what was left out. */
export function codeSwitchLines(result: CodeSwitchResult, layer: number): string[] {
  const at = result.layers.indexOf(layer);
  const value = (curve: Curve) => cell(curve[at]);
  const converse = new Map(result.noun_feature.map((each) => [each.language, each]));
  const rows = result.own_feature.map(({ language, own, foreign, foreign_alone }) => {
    const noun = converse.get(language);
    return [
      language,
      String(result.features[language]?.[at]),
      ...[own, foreign, foreign_alone].map(value),
      value(noun?.after_foreign ?? []),
      value(noun?.alone ?? []),
    ];
  });
  const columns = [
    { title: "language" },
    { title: "feature", align: "right" },
    { title: "own own", align: "right" },
    { title: "own foreign", align: "right" },
    { title: "foreign alone", align: "right" },
    { title: "foreign own", align: "right" },
    { title: "own alone", align: "right" },
  ] as const;
  const { data, layers, warnings } = result;
  const others = layers.filter((each) => each !== layer);
  return [
    `${result.run}: ${data.rows} sentences (${data.source}), layer ${layer}`,
    "Mean activation of each language's best feature (by v) on the tokens of nouns:",
    "",
    ...tableLines(columns, rows),
    "",
    "own own: own noun behind own prefix; own foreign: other languages' nouns behind own prefix; foreign own: own noun behind",
    "other languages' prefixes; alone: the noun by itself. Foreign: mean over the other languages, each weighing the same.",
    ...(others.length > 0 ? [`Other layers: ${others.join(", ")} (--layer).`] : []),
    ...data.left_out.map(({ why, lines }) => `left out: ${visible(why)} (${linesText(lines)})`),
    ...warnings.map((warning) => `warning: ${warning}`),
  ];
}

/** Lines of a file, as many as a reader needs to find them. */
function linesText(lines: readonly number[]): string {
  const shown = lines.slice(0, 8).join(", ");
  const rest = lines.length > 8 ? ` and ${lines.length - 8} more` : "";
  return `${lines.length === 1 ? "line" : "lines"} ${shown}${rest}`;
}

/** Each marked word at each layer: the languages whose best feature is strongest on it, in the text and alone. */
export function markedTextLines(result: MarkedTextResult): string[] {
  const rows = result.words.flatMap(({ word, tokens, layers }) =>
    layers.map(({ layer, languages }) => {
      const strongest = languages
        .toSorted((a, b) => (b.in_text ?? 0) - (a.in_text ?? 0))
        .filter(({ in_text }, place) => place === 0 || (in_text ?? 0) > 0)
        .slice(0, BEST);
      return [
        visible(word),
        String(tokens),
        String(layer),
        ...strongest.flatMap(({ language, feature, in_text, alone }) => [
          `${language} ${feature}`,
          `${cell(in_text)} / ${cell(alone)}`,
        ]),
      ];
    }),
  );
  const columns = [
    { title: "word" },
    { title: "tokens", align: "right" },
    { title: "layer", align: "right" },
    ...Array.from({ length: BEST }, (_, at) => [
      { title: at === 0 ? "best feature of" : "" },
      { title: at === 0 ? "in text / alone" : "", align: "right" },
    ]).flat(),
  ] as Parameters<typeof tableLines>[0];
  return [
    `${result.run}: ${visible(result.text)}`,
    "",
    ...tableLines(columns, rows),
    "",
    "Mean activation, over the word's tokens, of each language's feature with the highest v: in the text, and on the word alone.",
    ...result.warnings.map((warning) => `warning: ${visible(warning)}`),
  ];
}
