import { basename } from "node:path";
import { fullCode } from "../config/short-codes.js";
import { requestError } from "../errors.js";
import { csvNumber } from "./csv-records.js";
import { Code, UnknownShape } from "./imported-result.js";
import { METHOD_FAMILIES, methodOf } from "./steering-methods.js";
import { ALL_SOURCES, type SteeringSettings } from "./steering-names.js";
import type { ContinuationTable, SteeringTable } from "./steering-results.js";

/** A table as a file holds it, and what its name tells. */
export interface SteeringSheet {
  file: string;
  name: SteeringSettings | null;
  rows: { line: number; cells: ReadonlyMap<string, string> }[];
}

type SheetRow = SteeringSheet["rows"][number];

/** @throws VscoreError (request) for a name or a cell that is none of such a table */
export function steeringTable(sheet: SteeringSheet): SteeringTable {
  const { name } = sheet;
  if (name === null) throw namelessError(sheet);
  refuseOneLanguage(sheet, name.source, name.target);
  refuseOddName(sheet);
  const rows = sheet.rows.map((row) => ({
    ...methodIn(sheet, row),
    target: lossIn(sheet, row, "ce_target_token"),
    collateral: lossIn(sheet, row, "ce_non_target_langs"),
  }));
  refuseRepeated(sheet, rows);
  return { ...name, origin: basename(sheet.file), rows };
}

/** A table for each pair of languages, in the order of the file: what its rows tell counts more than its name. */
export function continuationTables(sheet: SteeringSheet): ContinuationTable[] {
  refuseOddName(sheet);
  const pairs = Map.groupBy(sheet.rows, (row) => JSON.stringify(pairIn(sheet, row)));
  return [...pairs].map(([pair, own]): ContinuationTable => {
    const [source, target] = JSON.parse(pair) as [string, string];
    refuseOneLanguage(sheet, source, target);
    const rows = own.map((row) => ({
      ...methodIn(sheet, row),
      ...{ success: shareIn(sheet, row, "success_rate"), interval: null },
      collateral: lossIn(sheet, row, "ce_non_source_flores10"),
    }));
    refuseRepeated(sheet, rows, ` for ${source} to ${target}`);
    const alpha = alphaOf(sheet, own, pair) ?? sheet.name?.alpha ?? null;
    const name = sheet.name ?? UNNAMED;
    return { ...name, source, target, alpha, origin: basename(sheet.file), rows };
  });
}

const UNNAMED: SteeringSettings = {
  ...{ tag: "", source: "", target: "", layer: null, alpha: null, topK: null },
  ...{ trainN: null, evalN: null, otherN: null, metric: null },
};

/** The languages of a row; of older tables the name alone tells them. */
function pairIn(sheet: SteeringSheet, row: SheetRow): [source: string, target: string] {
  if (row.cells.has("source_lang"))
    return [codeIn(sheet, row, "source_lang"), codeIn(sheet, row, "target_lang")];
  if (sheet.name === null || sheet.name.source === ALL_SOURCES) throw namelessError(sheet);
  return [sheet.name.source, sheet.name.target];
}

/** The α of a pair's steered rows: all of one pair are steered alike. */
function alphaOf(sheet: SteeringSheet, rows: readonly SheetRow[], pair: string): number | null {
  const steered = rows.filter(({ cells }) => cells.get("method") !== "No SV");
  const [alpha = null, ...others] = new Set(
    steered.map((row) =>
      (row.cells.get("alpha_used") ?? "") === "" ? null : numberIn(sheet, row, "alpha_used"),
    ),
  );
  if (others.length === 0) return alpha;
  const [source, target] = JSON.parse(pair) as [string, string];
  throw requestError(
    `${sheet.file} has several alpha_used for ${source} to ${target}: ${[alpha, ...others].map((each) => each ?? "none").join(", ")}. Expected one for each pair of languages. Put each into a file of its own.`,
  );
}

function methodIn({ file }: SteeringSheet, { cells, line }: SheetRow) {
  const name = cells.get("method") ?? "";
  const method = methodOf(name);
  if (method === null)
    throw requestError(
      `${file} has the method "${name.slice(0, 40)}" in line ${line}. Expected ${KNOWN_METHODS}. Rename it, or leave the line out.`,
    );
  const told = cells.get("k") ?? "";
  if (told.trim() === "" || Number(told) !== method.k)
    throw requestError(
      `${file} has k "${told.slice(0, 40)}" in line ${line}, whose method is ${name}. Expected ${method.k}. Mend the line.`,
    );
  return { method: name, k: method.k };
}

const KNOWN_METHODS = METHOD_FAMILIES.map((family) =>
  family === "No SV" ? family : `${family}-1L`,
)
  .join(", ")
  .concat(" (or -2L, -3L)");

function numberIn({ file }: SteeringSheet, { cells, line }: SheetRow, column: string): number {
  const cell = cells.get(column) ?? "";
  const value = finiteOf(cell);
  if (value !== null && Math.abs(value) <= MOST) return value;
  throw requestError(
    `${file} has "${cell.slice(0, 40)}" in line ${line}, column ${column}. Expected a finite number${value === null ? "" : ` of at most ${MOST}`}. Run its experiment again, or leave the line out.`,
  );
}

/** Beyond it, a number of such a table is none that was measured. */
const MOST = 1e9;

function lossIn(sheet: SteeringSheet, row: SheetRow, column: string): number {
  const value = numberIn(sheet, row, column);
  if (value >= 0) return value;
  throw requestError(
    `${sheet.file} has ${value} in line ${row.line}, column ${column}. Expected a cross-entropy, which is never below 0. Run its experiment again, or leave the line out.`,
  );
}

function refuseOddName({ file, name }: SteeringSheet): void {
  const numbers = Object.values(name ?? {}).filter((each) => typeof each === "number");
  const odd = numbers.find((each) => !(Math.abs(each) <= MOST));
  if (odd !== undefined)
    throw requestError(
      `The name of ${file} tells the number ${odd}. Expected numbers of at most ${MOST}, as in lid_gemma-2-2b_fr_to_en_layer20_alpha0.5.csv. Rename the file.`,
    );
}

function refuseOneLanguage({ file }: SteeringSheet, source: string, target: string): void {
  if (fullCode(source) === fullCode(target))
    throw requestError(
      `${file} is of steering ${source} into ${target}. Expected two languages. Choose another file, or mend its name and rows.`,
    );
}

function finiteOf(cell: string): number | null {
  try {
    const value = csvNumber(cell, "");
    return value !== null && Number.isFinite(value) ? value : null;
  } catch (error) {
    if (error instanceof UnknownShape) return null;
    throw error;
  }
}

function shareIn(sheet: SteeringSheet, row: SheetRow, column: string): number {
  const value = numberIn(sheet, row, column);
  if (value >= 0 && value <= 1) return value;
  throw requestError(
    `${sheet.file} has ${value} in line ${row.line}, column ${column}. Expected a share from 0 to 1. Mend the line.`,
  );
}

function codeIn({ file }: SteeringSheet, { cells, line }: SheetRow, column: string): string {
  const cell = cells.get(column) ?? "";
  if (Code.safeParse(cell).success) return cell;
  throw requestError(
    `${file} has "${cell.slice(0, 40)}" in line ${line}, column ${column}. Expected a language's code, such as fr. Mend the line.`,
  );
}

function refuseRepeated(
  { file }: SteeringSheet,
  rows: readonly { method: string }[],
  where = "",
): void {
  const names = rows.map(({ method }) => method);
  const repeated = names.find((name, at) => names.indexOf(name) !== at);
  if (repeated === undefined) return;
  throw requestError(
    `${file} has the method ${repeated} twice${where}. Expected one row a method. Put experiments into files of their own.`,
  );
}

const namelessError = ({ file }: SteeringSheet) =>
  requestError(
    `The name of ${file} does not tell source and target language. Expected …_<source>_to_<target>_…, as in lid_gemma-2-2b_fr_to_en_layer20_alpha0.5.csv. Rename the file.`,
  );
