import { cut, padded, width } from "./cells.js";
import { visible } from "./escape.js";

/** A piece of a line in one style. Colours are names or "#rrggbb", as Ink takes them. */
export interface Span {
  text: string;
  color?: string | undefined;
  background?: string | undefined;
  bold?: boolean | undefined;
  dim?: boolean | undefined;
  inverse?: boolean | undefined;
  underline?: boolean | undefined;
  /** Where it leads, on terminals that follow links (OSC 8). */
  link?: string | undefined;
}

/** One row of the screen. Pictures are lists of these: what is shown can be looked at without a terminal. */
export type Line = readonly Span[];

export type Style = Omit<Span, "text">;

export const span = (text: string, style: Style = {}): Span => ({ text, ...style });
export const plain = (text: string, style: Style = {}): Line => [span(text, style)];
export const EMPTY: Line = [];

/** The same line, less bright. */
export const dimmed = (line: Line): Line => line.map((each) => ({ ...each, dim: true }));

/** A line's text without its styles. */
export const textOf = (line: Line): string => line.map(({ text }) => text).join("");

/** A line cut to so many columns. */
export function clipped(line: Line, columns: number): Line {
  let left = columns;
  const kept: Span[] = [];
  for (const each of line) {
    if (left <= 0) break;
    // Whatever a name or a text holds is shown, never obeyed.
    const text = cut(visible(each.text), left);
    // A line of nothing but empty pieces would have no height.
    if (text !== "") kept.push({ ...each, text });
    left -= width(text);
  }
  return kept;
}

export interface Column<Row> {
  title: string;
  /** Columns of the screen; the one column without a width takes what is left. */
  width?: number;
  align?: "left" | "right";
  cell: (row: Row) => string | Span;
}

const GAP = "  ";

/** Titles and rows of a table that is exactly as wide as asked; the chosen row is marked by a sign and inverted. */
export function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { columns: total, chosen }: { columns: number; chosen: number | null },
): { title: Line; rows: Line[] } {
  const fixed = columns.reduce((sum, { width = 0 }) => sum + width, 0);
  const rest = total - 2 - fixed - GAP.length * (columns.length - 1);
  const widths = columns.map(({ width }) => width ?? Math.max(4, rest));
  const line = (mark: string, cells: readonly (string | Span)[], style: Style): Line => [
    span(mark, style),
    ...cells.flatMap((cell, at) => {
      const { text, ...own } = typeof cell === "string" ? span(cell) : cell;
      const shown = padded(text, widths[at] as number, columns[at]?.align);
      return [
        ...(at === 0 ? [] : [span(GAP, style)]),
        span(shown, style.inverse ? style : { ...style, ...own }),
      ];
    }),
  ];
  return {
    title: line(
      "  ",
      columns.map(({ title }) => title),
      { bold: true },
    ),
    rows: rows.map((row, at) =>
      line(
        at === chosen ? "▸ " : "  ",
        columns.map(({ cell }) => cell(row)),
        at === chosen ? { inverse: true } : {},
      ),
    ),
  };
}

/** A horizontal bar of so many columns, in eighths. @param share 0 to 1 */
export function bar(share: number, columns: number): string {
  const eighths = Math.round(Math.max(0, Math.min(1, share)) * columns * 8);
  const whole = Math.floor(eighths / 8);
  const part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8] as string;
  return padded("█".repeat(whole) + part, columns);
}
