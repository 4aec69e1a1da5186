import type { Curve, Told } from "../experiments/code-switching/analyse.js";
import type { CodeSwitchResult } from "../experiments/code-switching/code-switch.js";
import type { MarkedTextResult } from "../experiments/code-switching/marked-text.js";
import { digits } from "./digits.js";
import { visible } from "./escape.js";
import { type Column, tableLines } from "./table.js";

/** Languages of a marked word that a table shows. */
const PLACES = ["strongest", "second", "third"];

const cell = (value: number | null | undefined): string => (value == null ? "–" : digits(value));

/** Both analyses at one layer, what the columns mean, and what was left out. */
export function codeSwitchLines(result: CodeSwitchResult, layer: number): string[] {
  const at = result.layers.indexOf(layer);
  const named = (language: string) => [language, String(result.features[language]?.[at])];
  const behind = result.own_feature.map((told) => [
    ...named(told.language),
    ...(["own", "foreign", "foreign_alone"] as const).map((name) => estimateCell(told, name, at)),
  ]);
  const converse = result.noun_feature.map((told) => [
    ...named(told.language),
    ...(["after_foreign", "alone"] as const).map((name) => estimateCell(told, name, at)),
  ]);
  const { data, layers, warnings } = result;
  const others = layers.filter((each) => each !== layer);
  return [
    `${result.run}: ${data.rows} sentences (${data.source}), layer ${layer}`,
    `Mean activation of each language's best feature (by ${result.ranked_by}) on the tokens of nouns: mean ± SE (n)`,
    "",
    ...tableLines(columnsOf("own own", "own foreign", "foreign alone"), behind),
    "",
    ...tableLines(columnsOf("foreign own", "own alone"), converse),
    "",
    "own own: own noun behind own prefix; own foreign: other languages' nouns behind own prefix; foreign own: own noun behind",
    "other languages' prefixes; alone: the noun by itself. Foreign: mean over the other languages, each weighing the same.",
    "n: sentences, of alone: nouns. SE: standard error of the mean over them; those that share a prefix or a noun count as",
    "dependent, the languages as given. ± ? where there is a single prefix or a single noun.",
    ...(others.length > 0 ? [`Other layers: ${others.join(", ")} (--layer).`] : []),
    ...data.left_out.map(({ why, lines }) => `left out: ${visible(why)} (${linesText(lines)})`),
    ...warnings.map((warning) => `warning: ${warning}`),
  ];
}

const columnsOf = (...titles: string[]): Column[] => [
  { title: "language" },
  { title: "feature", align: "right" },
  ...titles.map((title): Column => ({ title, align: "right" })),
];

/** Mean, standard error and number of sentences at one layer. */
function estimateCell<Name extends string>(told: Told<Name>, name: Name, at: number): string {
  const mean = (told as Record<Name, Curve>)[name][at];
  if (mean == null) return "–";
  const error = told.standard_errors[name][at];
  return `${digits(mean)} ± ${error == null ? "?" : digits(error)} (${told.n[name]})`;
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
        .filter(({ in_text }) => (in_text ?? 0) > 0)
        .toSorted((a, b) => (b.in_text ?? 0) - (a.in_text ?? 0))
        .slice(0, PLACES.length);
      return [
        visible(word),
        String(tokens),
        String(layer),
        ...(strongest.length === 0 ? [tokens === 0 ? "–" : "none fires", ""] : []),
        ...strongest.flatMap(({ language, feature, in_text, alone }) => [
          `${language} ${feature}`,
          `${cell(in_text)} / ${cell(alone)}`,
        ]),
      ];
    }),
  );
  const shown = Math.max(...rows.map(({ length }) => (length - 3) / 2));
  const columns = [
    { title: "word" },
    { title: "tokens", align: "right" },
    { title: "layer", align: "right" },
    ...Array.from({ length: shown }, (_, at) => [
      { title: `${PLACES[at]} feature` },
      { title: "in text / alone", align: "right" },
    ]).flat(),
  ] as Column[];
  return [
    `${result.run}: ${visible(result.text)}`,
    "",
    ...tableLines(columns, rows),
    "",
    "Of each language, the feature with the highest v at the layer: its number, and its mean activation over the word's tokens, in",
    "the text / on the word alone. Shown are those that fire in the text, the strongest first; – where no token counts.",
    ...result.warnings.map((warning) => `warning: ${visible(warning)}`),
  ];
}
