import type { told } from "./chart.js";

export interface Matrix {
  x: object;
  y: object;
  value: string;
  /** What the colour means. */
  title: string;
  format: string;
  domain?: [number, number];
  /** The field of a small text below the number. */
  below?: string;
  /** What the pointer over a cell tells. */
  tooltip: ReturnType<typeof told>;
}

/** Coloured cells, each with its number, dark on light and light on dark. */
export function cells(
  { x, y, value, title, format, domain, below, tooltip }: Matrix,
  step: { x: number; y: number },
) {
  const legend = { format: format.includes("%") ? format : ".3~g" };
  const color = {
    condition: { test: `datum.${value} < datum.half`, value: "white" },
    value: "black",
  };
  const scale = { scheme: "viridis", ...(domain === undefined ? {} : { domain }) };
  return {
    width: { step: step.x },
    height: { step: step.y },
    encoding: { x, y, tooltip },
    layer: [
      {
        mark: "rect",
        encoding: { color: { field: value, type: "quantitative", title, scale, legend } },
      },
      {
        mark: { type: "text", fontSize: 9, ...(below === undefined ? {} : { dy: -5 }) },
        encoding: { text: { field: value, type: "quantitative", format }, color },
      },
      ...(below === undefined
        ? []
        : [
            {
              mark: { type: "text", fontSize: 7.5, dy: 6 },
              encoding: { text: { field: below, type: "nominal" }, color },
            },
          ]),
    ],
  };
}

/** Values with what the middle of the colour scale is, so that text can be read on it. */
export function withHalf<T>(rows: readonly T[], numberOf: (row: T) => number) {
  const numbers = rows.map(numberOf);
  const half = middleOf([Math.min(...numbers), Math.max(...numbers)]);
  return rows.map((row) => ({ ...row, half }));
}

/** Between dark and light of the colour scale. */
export const middleOf = ([least, most]: [number, number]): number => least + 0.55 * (most - least);
