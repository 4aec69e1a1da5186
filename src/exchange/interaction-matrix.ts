import { z } from "zod";
import { pythonFloat } from "../runs/python-float.js";
import { csvNumber } from "./csv-records.js";
import {
  Code,
  codeOf,
  isNear,
  Layers,
  meanOf,
  Num,
  type ReadResult,
  take,
  UnknownShape,
} from "./imported-result.js";

/** Rows: the language of the text; columns: the language whose features are ablated; values: mean ΔCE. */
const AXES = { matrix: ["evaluated", "ablated"], by_layer: ["evaluated", "ablated", "layer"] };

const Matrix = z.array(z.array(Num));
const Pickled = z.strictObject({
  M: Matrix,
  M_per_layer: z.array(Matrix).optional(),
  languages: z.array(Code),
  layers: Layers.optional(),
  top_k: z.int().optional(),
  method: z.string().optional(),
});

/** The matrix as its pickle holds it. */
export function readPickledMatrix(value: unknown): ReadResult {
  const { M, M_per_layer, languages, layers, ...settings } = take(Pickled, value);
  refuseRagged(M, languages, "M");
  const warnings: string[] = [];
  if (M_per_layer !== undefined) {
    const depth = layers?.length ?? M_per_layer[0]?.[0]?.length ?? 0;
    refuseRagged(M_per_layer, languages, "M_per_layer");
    for (const [i, row] of M_per_layer.entries())
      for (const [j, values] of row.entries())
        if (values.length !== depth)
          throw new UnknownShape(
            `${values.length} values at M_per_layer.${i}.${j}, and ${depth} layers`,
          );
    const off = M.flat().filter((mean, at) => {
      const own = M_per_layer[Math.floor(at / languages.length)]?.[at % languages.length] ?? [];
      const told = meanOf(own);
      return mean !== null && told !== null && !isNear(mean, told);
    }).length;
    if (off > 0)
      warnings.push(
        `${off} of ${M.flat().length} entries of M are not the mean of M_per_layer over its layers`,
      );
  }
  return {
    kind: "interaction-matrix",
    languages,
    layers: layers ?? null,
    axes: AXES,
    data: { matrix: M, ...(M_per_layer === undefined ? {} : { by_layer: M_per_layer }) },
    settings,
    warnings,
  };
}

/** The matrix as a table: an empty first cell, codes as header and as first column. */
export function readMatrixTable([header = [], ...rows]: string[][]): ReadResult {
  const languages = header.slice(1).map((code) => codeOf(code, "the header"));
  const own = rows.map(([code = ""]) => code);
  if (own.join() !== languages.join())
    throw new UnknownShape(
      `rows ${own.join(" ").slice(0, 200)} and columns ${languages.join(" ").slice(0, 200)}, which are not the same languages in the same order`,
    );
  const matrix = rows.map(([row, ...cells]) =>
    cells.map((cell, j) => csvNumber(cell, `row ${row}, column ${languages[j] ?? j + 1}`)),
  );
  refuseRagged(matrix, languages, "the table");
  return {
    ...{ kind: "interaction-matrix", languages, layers: null, axes: { matrix: AXES.matrix } },
    ...{ data: { matrix }, settings: {}, warnings: [] },
  };
}

/** The table that `readMatrixTable` reads: numbers as Python writes them, none where there is none. */
export function matrixTable(languages: readonly string[], matrix: readonly Num[][]): string {
  const row = (code: string, cells: readonly string[]) => `${[code, ...cells].join(",")}\n`;
  const cell = (value: Num) => (value === null ? "" : pythonFloat(value));
  return [
    row("", languages),
    ...matrix.map((values, i) => row(languages[i] as string, values.map(cell))),
  ].join("");
}

function refuseRagged(
  matrix: readonly (readonly unknown[])[],
  { length }: readonly string[],
  name: string,
): void {
  if (length === 0) throw new UnknownShape("no languages");
  if (matrix.length === length && matrix.every((row) => row.length === length)) return;
  const widths = [...new Set(matrix.map((row) => row.length))].join(", ");
  throw new UnknownShape(
    `${matrix.length} rows of ${widths || "no"} values in ${name}, and ${length} languages`,
  );
}
