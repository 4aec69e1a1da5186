import { languageName } from "../../../config/languages.js";
import type { Examples } from "../../../runs/examples-file.js";
import { cut, padded, width } from "../../../views/cells.js";
import { visible } from "../../../views/escape.js";
import { digits } from "../../../views/feature-table.js";
import { meansOf, placesOf, short } from "../../feature-facts.js";
import { bar, EMPTY, type Line, plain, type Span, span } from "../../line.js";
import { bodyHeight, type World } from "../../model.js";
import { heat, legend, shade } from "../../scale.js";
import { type FeatureScreen, pageOf } from "./state.js";

export function featurePicture(state: FeatureScreen, world: World): Line[] {
  const { at } = state.scroll;
  return featureLines(state, world).slice(at, at + bodyHeight(world));
}

/** Everything that is known of the feature, from top to bottom. */
export function featureLines(state: FeatureScreen, world: World): Line[] {
  const { run, layer, feature } = state;
  const contexts =
    state.around.examples?.features.find((each) => each.layer === layer && each.feature === feature)
      ?.contexts ?? [];
  return [
    [
      span(`  feature ${feature}`, { bold: true }),
      span(`  of layer ${layer}, `),
      span(`${state.rank}. of ${state.language}`),
      span(run.statistics === null ? "" : `, hook ${hookOf(state)}`, { dim: true }),
    ],
    linkLine(state),
    EMPTY,
    ...languageLines(state, world),
    EMPTY,
    ...contextLines(contexts, world),
  ];
}

const hookOf = ({ run, layer }: FeatureScreen): string =>
  run.statistics === null
    ? ""
    : (run.meta.dictionaries.find((entry) => entry.layer === layer)?.hook_name ?? "");

function linkLine(state: FeatureScreen): Line {
  const url = pageOf(state);
  if (url === null)
    return plain("  no page on Neuronpedia is known for its dictionary", { dim: true });
  return [span("  "), { ...span(url, { underline: true }), link: url }];
}

/** Mean activation or, where there is none, v, on every language: the strongest first. */
function languageLines({ run, layer, feature, language }: FeatureScreen, world: World): Line[] {
  const means = meansOf(run, layer, feature);
  const statistics = run.statistics?.get(layer);
  const rows = placesOf(run, layer, feature)
    .map((place, k) => ({
      ...place,
      mean: means?.[k] ?? place.v,
      active: statistics?.activeFraction[k * statistics.features + feature],
    }))
    .sort((a, b) => b.mean - a.mean);
  const most = Math.max(...rows.map(({ mean }) => mean), Number.MIN_VALUE);
  const room = Math.max(8, world.size.columns - 68);
  const head = `  ${padded("language", 26)}  ${padded(means === null ? "v" : "mean activation", room + 9)}  ${padded("active", 7, "right")}  ${padded("v", 8, "right")}  ${padded("rank", 7, "right")}`;
  return [
    plain(head, { bold: true }),
    ...rows.map(
      ({ language: code, mean, active, v, rank }): Line => [
        span(code === language ? "▸ " : "  "),
        span(padded(`${code} ${languageName(code)}`, 26), { bold: code === language }),
        span("  "),
        span(bar(mean / most, room), { color: "cyan" }),
        span(padded(short(mean), 9, "right")),
        span(padded(active === undefined ? "" : `${(100 * active).toFixed(1)}%`, 9, "right"), {
          dim: true,
        }),
        span(padded(digits(v), 10, "right")),
        span(padded(`${rank}.`, 9, "right"), { dim: true }),
      ],
    ),
  ];
}

/** Strongest contexts: each token on a background by its activation. */
function contextLines(contexts: Examples["features"][number]["contexts"], world: World): Line[] {
  if (contexts.length === 0)
    return [
      plain("  No contexts are kept of it: only the best features of a run have them.", {
        dim: true,
      }),
    ];
  const most = Math.max(...contexts.flatMap(({ activations }) => activations.map((a) => a ?? 0)));
  return [
    [
      span("  strongest contexts  ", { bold: true }),
      ...legend(short(most), world.colorDepth).map(({ text, style }) => span(text, style)),
    ],
    ...contexts.flatMap(({ language, id, pieces, activations, first_token, tokens_in_text }) => [
      EMPTY,
      plain(
        `  ${language}, text ${id}${first_token > 0 || pieces.length < tokens_in_text ? `, tokens ${first_token}–${first_token + pieces.length - 1} of ${tokens_in_text}` : ""}`,
        { dim: true },
      ),
      ...flowed(
        pieces.map((piece, at) => shaded(piece, activations[at] ?? null, most, world)),
        world.size.columns - 4,
      ),
    ]),
  ];
}

/** A token on its background; without colours, a sign of its strength stands behind it. */
export function shaded(
  piece: string,
  activation: number | null,
  most: number,
  { colorDepth }: World,
): Span {
  const share = activation === null || most === 0 ? 0 : activation / most;
  const sign = colorDepth < 4 && share > 0 ? shade(share) : "";
  return span(visible(piece) + sign, activation === null ? { dim: true } : heat(share, colorDepth));
}

/** Tokens as running text, broken between them. */
export function flowed(tokens: readonly Span[], columns: number): Line[] {
  const lines: Span[][] = [[span("  ")]];
  let used = 0;
  for (const token of tokens) {
    const wide = width(token.text);
    if (used + wide > columns && used > 0) {
      lines.push([span("  ")]);
      used = 0;
    }
    const text = cut(token.text, columns);
    lines.at(-1)?.push({ ...token, text });
    used += width(text);
  }
  return lines;
}
