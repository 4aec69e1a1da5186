import type { FeatureContext } from "../features/describe-feature.js";
import { cut, width } from "./cells.js";
import { short } from "./digits.js";
import { visible } from "./escape.js";
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
        drawnTokens(pieces, activations).map(({ text, activation }) =>
          shaded(text, activation, most, colorDepth),
        ),
        columns - 4,
      ),
    ]),
  ];
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * Tokens as a terminal can draw them. What stands on a letter cannot be drawn apart from it: where a token ends inside a
 * character that readers see as one, the character is drawn whole with the stronger of its tokens, the rest of each by itself.
 */
export function drawnTokens(
  pieces: readonly string[],
  activations: readonly (number | null)[],
): { text: string; activation: number | null }[] {
  const drawn: { token: number; text: string; activation: number | null }[] = [];
  // Pieces without characters are bytes of the one before them.
  const ends: number[] = [];
  for (const piece of pieces) ends.push((ends.at(-1) ?? 0) + piece.length);
  let [at, token] = [0, 0];
  for (const { segment } of graphemes.segment(pieces.join(""))) {
    while ((ends[token] ?? 0) <= at && token < pieces.length - 1) token++;
    const first = token;
    at += segment.length;
    let last = first;
    while (last < pieces.length - 1 && ((ends[last] ?? 0) < at || (ends[last + 1] ?? 0) === at))
      last++;
    const activation = activations
      .slice(first, last + 1)
      .reduce<number | null>(
        (most, own) => (own !== null && own > (most ?? -1) ? own : most),
        null,
      );
    const before = drawn.at(-1);
    if (before?.token === first && before.activation === activation) before.text += segment;
    else drawn.push({ token: first, text: segment, activation });
  }
  return drawn;
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
