import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import type { ReadPickle } from "../engine/engine-jobs.js";
import { errnoOf, requestError } from "../errors.js";
import { writeWhole } from "../runs/atomic-write.js";
import { refuseFileOfRun } from "../runs/refuse-run-file.js";
import { ImportedHead, type ImportedResult, type Num, UnknownShape } from "./imported-result.js";
import { matrixTable } from "./interaction-matrix.js";
import { recognisePickle, recogniseTable } from "./recognise.js";

const LARGEST_TABLE = 64 * 1024 * 1024;

export type ReadPickles = (file: string) => Promise<ReadPickle>;

/**
 * Reads one file of the ablation repository.
 *
 * @param readPickle as of the engine's jobs
 * @throws VscoreError (request) where it is none that is known, with what was found in it
 */
export async function readResultFile(
  file: string,
  readPickle: ReadPickles,
): Promise<ImportedResult> {
  const name = basename(file);
  try {
    if (isPickle(file)) {
      const { value, sha256, not_finite } = await readPickle(file);
      const result = recognisePickle(value);
      if (not_finite > 0)
        result.warnings.push(`${not_finite} numbers in the file are not finite; they are null`);
      return { schema_version: 1, source: { file: name, format: "pickle", sha256 }, ...result };
    }
    const bytes = readFileSync(file);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const result = recogniseTable(textOf(bytes));
    return { schema_version: 1, source: { file: name, format: "csv", sha256 }, ...result };
  } catch (error) {
    if (!(error instanceof UnknownShape)) throw error;
    throw requestError(
      `${file} has ${error.message}. Expected a result of the ablation repository: its interaction matrix, fig5_cache, fig6_cache, synergies or downstream results, as pickle or CSV. Choose another file.`,
      error,
    );
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UnknownShape("bytes that are no text in UTF-8");
  }
}

/** @throws VscoreError (request) for what cannot be read, or is neither a pickle's name nor a table's */
export function isPickle(file: string): boolean {
  let entry: ReturnType<typeof statSync>;
  try {
    entry = statSync(file);
  } catch (error) {
    throw requestError(
      `${file} cannot be read (${errnoOf(error)}). Expected a .pkl or .csv file. Check the path.`,
      error,
    );
  }
  const ending = extname(file).toLowerCase();
  const found = !entry?.isFile()
    ? "is no file"
    : ![".pkl", ".pickle", ".csv"].includes(ending)
      ? `ends in ${ending ? `"${ending}"` : "nothing"}`
      : ending === ".csv" && entry.size > LARGEST_TABLE
        ? `has ${entry.size} bytes`
        : null;
  if (found === null) return ending !== ".csv";
  throw requestError(
    `${file} ${found}. Expected a .pkl or .csv file of at most ${LARGEST_TABLE} bytes. Choose another file.`,
  );
}

/**
 * Where the results of these files go, by file.
 *
 * @throws VscoreError (request) where two would go to one place, or one onto what no import made
 */
export function placesOf(files: readonly string[], folder: string): Map<string, string> {
  const places = new Map<string, string>();
  const byPlace = new Map<string, string>();
  for (const file of files) {
    const place = join(folder, `${basename(file)}.json`);
    const other = byPlace.get(place);
    if (other !== undefined)
      throw requestError(
        `${other} and ${file} would both be written as ${place}. Expected files with different names. Import them into different folders.`,
      );
    refuseFileOfRun(place, "--into");
    const taken = [place, tableOf(place)].find((each) => existsSync(each));
    if (taken !== undefined && !isEarlierImport(place))
      throw requestError(
        `${taken} is there already, and was not made by an import. Expected a place where nothing is. Choose another --into.`,
      );
    byPlace.set(place, file);
    places.set(file, place);
  }
  return places;
}

/** Writes a result, its matrix as a table beside it. @returns the files */
export async function writeResult(place: string, result: ImportedResult): Promise<string[]> {
  const written: string[] = [];
  if (result.kind === "interaction-matrix") {
    await writeWhole(
      tableOf(place),
      matrixTable(result.languages, result.data.matrix as readonly Num[][]),
    );
    written.push(tableOf(place));
  }
  await writeWhole(place, `${JSON.stringify(result, null, 2)}\n`);
  return [place, ...written];
}

const tableOf = (place: string): string => place.replace(/\.json$/, ".matrix.csv");

function isEarlierImport(place: string): boolean {
  try {
    return ImportedHead.safeParse(JSON.parse(readFileSync(place, "utf8"))).success;
  } catch {
    return false;
  }
}
