import stringWidth from "string-width";

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
    rows.reduce((widest, row) => Math.max(widest, stringWidth(row[at] ?? "")), stringWidth(title)),
  );
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align }, at) => {
        const width = widths[at] as number;
        const cell = cells[at] ?? "";
        const blanks = " ".repeat(width - stringWidth(cell));
        return align === "right" ? blanks + cell : cell + blanks;
      })
      .join("  ")
      .trimEnd();
  return [
    line(columns.map(({ title }) => title)),
    widths.map((width) => "─".repeat(width)).join("  "),
    ...rows.map(line),
  ];
}
