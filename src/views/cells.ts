import stringWidth from "string-width";
import { visible } from "./escape.js";

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Vowels of Thai and Lao that join the letter before them for a reader, and take a column of their own on a terminal. */
const SPACING_VOWEL = /(?<=\S)[\u0e33\u0eb3]/gu;

/** Columns that a text takes on a terminal: wide characters take two, combining marks none. */
export const width = (text: string): number =>
  stringWidth(text) + (text.match(SPACING_VOWEL)?.length ?? 0);

/** The longest beginning of a text that fits. */
function beginning(text: string, columns: number): string {
  let taken = "";
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += width(segment);
    if (used > columns) break;
    taken += segment;
  }
  return taken;
}

/** A text that fits: itself, or its beginning with "…" behind it. */
export function cut(text: string, columns: number): string {
  if (columns <= 0) return "";
  return width(text) <= columns ? text : `${beginning(text, columns - 1)}…`;
}

/** A text in exactly so many columns; what comes from corpora, models or files is made visible first. */
export function padded(text: string, columns: number, align: "left" | "right" = "left"): string {
  const shown = cut(visible(text), columns);
  const space = " ".repeat(Math.max(0, columns - width(shown)));
  return align === "right" ? space + shown : shown + space;
}

/** A text in lines of at most so many columns, broken at spaces where there are any. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of visible(text).split(/(?<= )/)) {
    let rest = word;
    if (width(line) + width(rest.trimEnd()) > columns && line !== "") {
      lines.push(line.trimEnd());
      line = "";
    }
    while (width(rest.trimEnd()) > columns) {
      // A character wider than the screen would never fit.
      const head = beginning(rest, columns) || "…";
      lines.push(head);
      rest = rest.slice(head.length);
    }
    line += rest;
  }
  return [...lines, line.trimEnd()];
}
