import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { isFolder } from "../config/paths.js";
import { errnoOf, requestError } from "../errors.js";
import { csvRecords } from "./csv-records.js";
import { UnknownShape } from "./imported-result.js";
import { readSteeringName } from "./steering-names.js";
import {
  CLC_COLUMNS,
  type ContinuationTable,
  LID_COLUMNS,
  OLDER_CLC_COLUMNS,
  type SteeringTable,
} from "./steering-results.js";
import { continuationTables, type SteeringSheet, steeringTable } from "./steering-sheet.js";

/** Tables of one experiment; a file on continuations can hold several pairs of languages. */
export type SteeringFile =
  | { experiment: "lid"; tables: SteeringTable[] }
  | { experiment: "clc"; tables: ContinuationTable[] };

const LARGEST = 16 * 1024 * 1024;
const OF_STEERING = /^(lid2?|clc)_.*\.csv$/i;

/**
 * The tables that a path stands for: the file itself, or every `lid_*.csv`, `lid2_*.csv` and `clc_*.csv` in a folder.
 *
 * @throws VscoreError (request) for a folder without any
 */
export function steeringFiles(path: string): string[] {
  if (!isFolder(path)) return [path];
  const names = readdirSync(path).filter((name) => OF_STEERING.test(name));
  if (names.length === 0)
    throw requestError(
      `${path} has no table of a steering experiment. Expected lid_*.csv, lid2_*.csv or clc_*.csv in it. Choose another folder, or name files.`,
    );
  return names.sort().map((name) => join(path, name));
}

/**
 * Reads a table of a steering experiment, of the steering repository or of vscore: its header tells which, its name the rest.
 * Columns are found by name, as pandas finds them; others beside them are not read.
 *
 * @throws VscoreError (request) for what cannot be read, or is none, with the place
 */
export function readSteeringFile(file: string): SteeringFile {
  const text = textOf(file);
  const [header = [], ...records] = recordsOf(text, file);
  const has = (column: string) => header.includes(column);
  const sheetOf = (columns: readonly string[]): SteeringSheet => {
    refuseOtherColumns(file, header, columns);
    const rows = rowsOf(file, header, records, lineNumbers(text).slice(1));
    return { file, name: readSteeringName(basename(file)), rows };
  };
  const isLid = has("ce_target_token") || has("ce_non_target_langs");
  const isClc = has("success_rate") || has("ce_non_source_flores10");
  if (isLid && isClc)
    throw requestError(
      `${file} has the columns ${listed(header)}, of naming a language (LID) and of continuations (CLC). Expected those of one experiment. Put each into a file of its own.`,
    );
  if (isLid) return { experiment: "lid", tables: [steeringTable(sheetOf(LID_COLUMNS))] };
  if (isClc) {
    const isOlder = !["source_lang", "target_lang", "alpha_used"].some(has);
    const columns = isOlder ? OLDER_CLC_COLUMNS : CLC_COLUMNS;
    return { experiment: "clc", tables: continuationTables(sheetOf(columns)) };
  }
  throw requestError(
    `${file} has ${header.length === 0 ? "nothing in it" : `the columns ${listed(header)}`}. Expected a table of a steering experiment, with the columns ${LID_COLUMNS.join(", ")} (LID) or ${CLC_COLUMNS.join(", ")} (CLC). Choose another file.`,
  );
}

function textOf(file: string): string {
  try {
    const entry = statSync(file);
    if (!entry.isFile() || entry.size > LARGEST)
      throw requestError(
        `${file} ${entry.isFile() ? `has ${entry.size} bytes` : "is no file"}. Expected a .csv file of at most ${LARGEST} bytes, or a folder of them. Choose another file.`,
      );
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    if (error instanceof TypeError)
      throw requestError(
        `${file} has bytes that are no text in UTF-8. Expected a .csv file. Choose another file.`,
        error,
      );
    const code = errnoOf(error);
    if (code === undefined) throw error;
    throw requestError(
      `${file} cannot be read (${code}). Expected a .csv file, or a folder of them. Check the path.`,
      error,
    );
  }
}

function recordsOf(text: string, file: string): string[][] {
  try {
    return csvRecords(text);
  } catch (error) {
    if (!(error instanceof UnknownShape)) throw error;
    throw requestError(
      `${file} has ${error.message}. Expected a table of a steering experiment. Mend the file, or choose another.`,
      error,
    );
  }
}

/** Lines that are records, from 1 on: no cell of these tables has a line end in it. */
const lineNumbers = (text: string): number[] =>
  text.split("\n").flatMap((line, at) => (line.trim() === "" ? [] : [at + 1]));

function rowsOf(
  file: string,
  header: readonly string[],
  records: readonly string[][],
  lines: readonly number[],
): SteeringSheet["rows"] {
  if (records.length === 0)
    throw requestError(
      `${file} has a header and no rows. Expected a row for each method. Run its experiment again, or choose another file.`,
    );
  return records.map((cells, at) => {
    const line = lines[at] ?? at + 2;
    if (cells.length !== header.length)
      throw requestError(
        `${file} has ${cells.length} cells in line ${line}. Expected ${header.length}, as in its header. Mend that line.`,
      );
    return { line, cells: new Map(header.map((column, place) => [column, cells[place] ?? ""])) };
  });
}

function refuseOtherColumns(
  file: string,
  header: readonly string[],
  columns: readonly string[],
): void {
  const missing = columns.filter((column) => !header.includes(column));
  if (missing.length > 0)
    throw requestError(
      `${file} has no column ${missing.join(", ")}, only ${listed(header)}. Expected ${columns.join(", ")}. Add what is missing, or choose another file.`,
    );
  const repeated = columns.find((column) => header.indexOf(column) !== header.lastIndexOf(column));
  if (repeated !== undefined)
    throw requestError(
      `${file} has the column ${repeated} twice. Expected each column once. Take one of them out.`,
    );
}

const SHOWN = 10;

const listed = (names: readonly string[]): string =>
  [
    ...names.slice(0, SHOWN).map((name) => name.slice(0, 40) || '""'),
    ...(names.length > SHOWN ? [`${names.length - SHOWN} more`] : []),
  ].join(", ");
