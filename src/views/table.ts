import { width } from "./cells.js";

export interface Column {
  title: string;
  align?: "left" | "right";
}

/** A plain table as lines: titles, a rule, rows; widths are columns of a terminal. Cells that equal the one above may be left empty by the caller. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string[] {
  const widths = columns.map(({ title }, at) =>
    rows.reduce((widest, row) => Math.max(widest, width(row[at] ?? "")), width(title)),
  );
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align }, at) => {
        const room = widths[at] as number;
        const cell = cells[at] ?? "";
        const blanks = " ".repeat(room - width(cell));
        return align === "right" ? blanks + cell : cell + blanks;
      })
      .join("  ")
      .trimEnd();
  return [
    line(columns.map(({ title }) => title)),
    widths.map((room) => "─".repeat(room)).join("  "),
    ...rows.map(line),
  ];
}
