import { languageName } from "../config/languages.js";
import type { DescribedFeature } from "../features/describe-feature.js";
import { padded } from "./cells.js";
import { digits, short } from "./feature-table.js";
import { bar, EMPTY, type Line, plain, span } from "./line.js";
import { contextLines, type Look } from "./shaded-text.js";

/**
 * Everything that is known of a feature, from top to bottom.
 *
 * @param marked the language whose feature it is looked at as, if any
 */
export function describedFeatureLines(
  described: DescribedFeature,
  look: Look,
  marked: string | null = null,
): Line[] {
  const { layer, feature, dictionary, neuronpedia, languages, contexts } = described;
  const place = languages.find(({ language }) => language === marked);
  return [
    [
      span(`  feature ${feature}`, { bold: true }),
      span(`  of layer ${layer}`),
      span(place === undefined ? "" : `, rank ${place.rank} of ${place.language}`),
      span(dictionary === null ? "" : `, hook ${dictionary.hook_name}`, { dim: true }),
    ],
    neuronpedia === null
      ? plain("  no page on Neuronpedia is known for its dictionary", { dim: true })
      : [span("  "), { ...span(neuronpedia, { underline: true }), link: neuronpedia }],
    EMPTY,
    ...languageLines(described, look, marked),
    EMPTY,
    ...contextLines(contexts, look),
  ];
}

/** Mean activation or, where there is none, v, on every language: the strongest first. */
function languageLines(
  { languages }: DescribedFeature,
  { columns }: Look,
  marked: string | null,
): Line[] {
  const hasMeans = languages.every(({ mean }) => mean !== null);
  const rows = languages
    .map((each) => ({ ...each, size: each.mean ?? each.v }))
    .sort((a, b) => b.size - a.size);
  const most = Math.max(...rows.map(({ size }) => size), Number.MIN_VALUE);
  const room = Math.max(8, columns - 68);
  const head = `  ${padded("language", 26)}  ${padded(hasMeans ? "mean activation" : "v", room + 9)}  ${padded("active", 7, "right")}  ${padded("v", 8, "right")}  ${padded("rank", 7, "right")}`;
  return [
    plain(head, { bold: true }),
    ...rows.map(
      ({ language: code, size, active_fraction: active, v, rank }): Line => [
        span(code === marked ? "▸ " : "  "),
        span(padded(`${code} ${languageName(code)}`, 26), { bold: code === marked }),
        span("  "),
        span(bar(size / most, room), { color: "cyan" }),
        span(padded(short(size), 9, "right")),
        span(padded(active === null ? "" : `${(100 * active).toFixed(1)}%`, 9, "right"), {
          dim: true,
        }),
        span(padded(digits(v), 10, "right")),
        span(padded(String(rank), 9, "right"), { dim: true }),
      ],
    ),
  ];
}
