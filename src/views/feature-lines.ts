import { languageName } from "../config/languages.js";
import type { DescribedFeature, FeatureOnLanguage } from "../features/describe-feature.js";
import { NOT_REBUILT } from "../reduce/rebuilt.js";
import { padded, wrapped } from "./cells.js";
import { V_FORMULA } from "./charts/chart.js";
import { digits, short } from "./digits.js";
import { describedLegend } from "./feature-table.js";
import { bar, dimmed, EMPTY, type Line, plain, span } from "./line.js";
import { byMeasure } from "./ranking-text.js";
import { contextLines, type Look } from "./shaded-text.js";

/**
 * Everything that is known of a feature, from top to bottom.
 *
 * @param most languages that have a line, where there are more: the strongest, and the one that it is looked at as
 * @param as the language whose feature it is looked at as, if any, and by what and where it is ranked there
 */
export function describedFeatureLines(
  described: DescribedFeature,
  look: Look,
  as: { language: string; rank: number; measure: string } | null = null,
  most = Number.POSITIVE_INFINITY,
): Line[] {
  const { layer, feature, dictionary, neuronpedia, languages, contexts } = described;
  const marked = as?.language ?? null;
  return [
    [
      span(`  feature ${feature}`, { bold: true }),
      span(`  of layer ${layer}`),
      span(as === null ? "" : `, rank ${as.rank}${byMeasure(as.measure)} of ${as.language}`),
      span(dictionary === null ? "" : `, hook ${dictionary.hook_name}`, { dim: true }),
    ],
    neuronpedia === null
      ? plain("  no page on Neuronpedia is known for its dictionary", { dim: true })
      : [span("  "), { ...span(neuronpedia, { underline: true }), link: neuronpedia }],
    EMPTY,
    ...languageLines(described, look, marked, most),
    EMPTY,
    ...contextLines(contexts, look),
    EMPTY,
    // Last: on a small screen the texts are what is looked for.
    ...legendLines(languages, look),
  ];
}

/** What v is, and what the columns of the languages are. */
const legendLines = (languages: DescribedFeature["languages"], { columns }: Look): Line[] =>
  [`${V_FORMULA}.`, describedLegend(languages)]
    .flatMap((text) => wrapped(text, columns - 4))
    .map((text) => plain(`  ${text}`, { dim: true }));

/** Columns of the screen: of a language's name, of its mean with its error, of what stands behind. */
const NAME = 24;
const MEAN = 17;
const REST = [8, 10, 7] as const;

/** Mean activation or, where there is none, v, on every language: the strongest first, and what the columns are. */
function languageLines(
  { languages }: DescribedFeature,
  { columns }: Look,
  marked: string | null,
  listed: number,
): Line[] {
  const hasMeans = languages.every(({ mean }) => mean !== null);
  const rows = languages
    .map((each) => ({ ...each, size: each.mean ?? each.v }))
    .sort((a, b) => b.size - a.size);
  const shown = rows.filter(({ language }, at) => at < listed || language === marked);
  const most = Math.max(...rows.map(({ size }) => size), Number.MIN_VALUE);
  const fixed = 2 + NAME + 2 + MEAN + REST.reduce((sum, each) => sum + each, 0);
  const room = Math.max(8, columns - 1 - fixed);
  const titles = ["active", "v", "rank"].map((title, at) => padded(title, REST[at] ?? 0, "right"));
  const measure = padded(hasMeans ? "mean activation ± SE" : "v", room + MEAN);
  return [
    plain(`  ${padded("language", NAME)}  ${measure}${titles.join("")}`, { bold: true }),
    ...shown.map((each): Line => {
      const { language: code, active_fraction: active } = each;
      const share = active === null ? "" : `${(100 * active).toFixed(1)}%`;
      const line: Line = [
        span(code === marked ? "▸ " : "  "),
        span(padded(`${code} ${languageName(code)}`, NAME), { bold: code === marked }),
        span("  "),
        span(bar(each.size / most, room), { color: "cyan" }),
        span(padded(short(each.size), 8, "right")),
        span(padded(hasMeans ? ` ± ${errorText(each)}` : "", MEAN - 8)),
        span(padded(share, REST[0], "right"), { dim: true }),
        span(padded(digits(each.v), REST[1], "right")),
        span(padded(String(each.rank), REST[2], "right"), { dim: true }),
      ];
      return (each.fvu ?? 0) < NOT_REBUILT ? line : dimmed(line);
    }),
    ...(shown.length === rows.length
      ? []
      : [
          plain(`  and ${rows.length - shown.length} more languages, on which it is no stronger`, {
            dim: true,
          }),
        ]),
    ...notRebuiltLines(languages),
  ];
}

/** Why some lines are dim. */
const notRebuiltLines = (languages: readonly FeatureOnLanguage[]): Line[] => {
  const lost = languages.filter(({ fvu }) => (fvu ?? 0) >= NOT_REBUILT);
  if (lost.length === 0) return [];
  const named = lost.map(({ language, fvu }) => `${language} (FVU ${fvu?.toFixed(2)})`);
  return [
    plain(
      `  dim: the layer's dictionary leaves more than it explains, so what is found there is not to be trusted: ${named.join(", ")}`,
      { dim: true },
    ),
  ];
};

const errorText = ({ standard_error: error }: FeatureOnLanguage): string =>
  error === null ? "?" : short(error);
