import type { FeatureContext } from "../features/describe-feature.js";
import { cut, width } from "./cells.js";
import { visible } from "./escape.js";
import { short } from "./feature-table.js";
import { EMPTY, type Line, plain, type Span, span } from "./line.js";
import { heat, legend, shade } from "./scale.js";

/** How wide lines are, and which colours they may have. */
export interface Look {
  columns: number;
  /** Colours that the terminal has: 1 none, 4 sixteen, 8 and 24 more. */
  colorDepth: number;
}

/** Strongest contexts: each token on a background by its activation. */
export function contextLines(
  contexts: readonly FeatureContext[] | null,
  { columns, colorDepth }: Look,
): Line[] {
  if (contexts === null)
    return [
      plain("  No contexts are kept of it: only the best features of each language have them.", {
        dim: true,
      }),
    ];
  if (contexts.length === 0)
    return [plain("  It fires on no token of the run's texts that counts.", { dim: true })];
  const most = Math.max(...contexts.flatMap(({ activations }) => activations.map((a) => a ?? 0)));
  return [
    [
      span("  strongest contexts  ", { bold: true }),
      ...legend(short(most), colorDepth).map(({ text, style }) => span(text, style)),
    ],
    ...contexts.flatMap(({ language, id, pieces, activations, first_token, tokens_in_text }) => [
      EMPTY,
      plain(
        `  ${language}, text ${id}${first_token > 0 || pieces.length < tokens_in_text ? `, tokens ${first_token}–${first_token + pieces.length - 1} of ${tokens_in_text}` : ""}`,
        { dim: true },
      ),
      ...flowed(
        pieces.map((piece, at) => shaded(piece, activations[at] ?? null, most, colorDepth)),
        columns - 4,
      ),
    ]),
  ];
}

/** A token on its background; without colours, a sign of its strength stands behind it. */
export function shaded(
  piece: string,
  activation: number | null,
  most: number,
  colorDepth: number,
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
