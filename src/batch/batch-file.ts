import { readdirSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { readMapping } from "../config/mapping-file.js";
import { isFolder } from "../config/paths.js";
import { refuseUnknownKeys } from "../config/resolve.js";
import type { PartialConfig } from "../config/schema.js";
import { requestError } from "../errors.js";

/** One run that a batch file asks for, not yet checked as a config. */
export interface BatchEntry {
  /** Where it stands, for messages: the file, and which of its runs. */
  place: string;
  /** The run's name: a plain one, that of its folder unless its config says another. */
  name: string;
  asked: PartialConfig;
}

const ENDINGS = [".yaml", ".yml", ".json"];
const PLAIN_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/**
 * The runs of batch files, in order; a folder stands for its YAML and JSON files by name. A file holds one run's config,
 * or `runs` (a list of them, each with an optional `name`), or a `matrix` (lists of values: every combination is a run,
 * the first key varying slowest); `defaults` go under both.
 *
 * @throws VscoreError (request)
 */
export function readBatch(paths: readonly string[]): BatchEntry[] {
  return paths.flatMap((path) => (isFolder(path) ? filesIn(path) : [path])).flatMap(readBatchFile);
}

function filesIn(folder: string): string[] {
  const files = readdirSync(folder)
    .filter((name) => ENDINGS.includes(extname(name)))
    .sort()
    .map((name) => join(folder, name));
  if (files.length > 0) return files;
  throw requestError(
    `${folder} holds no batch file. Expected files that end in ${ENDINGS.join(", ")}.`,
  );
}

function readBatchFile(file: string): BatchEntry[] {
  const stem = basename(file, extname(file));
  const value = readMapping(file);
  if (!("runs" in value) && !("matrix" in value)) {
    refuseUnknownKeys(value, ` in ${file}`, ["runs", "matrix", "defaults"]);
    return [{ place: file, name: plainName(stem, file), asked: value }];
  }
  const { defaults = {}, runs, matrix, ...others } = value;
  if (runs !== undefined && matrix !== undefined)
    throw requestError(`${file} holds both runs and a matrix. Make two files of it.`);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw requestError(
      `Unknown key "${unknown}" in ${file}. Beside runs or matrix stands defaults alone; put it there.`,
    );
  }
  const common = mapping(defaults, `defaults of ${file}`);
  refuseUnknownKeys(common, ` in the defaults of ${file}`);
  const entries =
    matrix === undefined
      ? listed(runs, file, stem)
      : combined(mapping(matrix, `matrix of ${file}`), file, stem);
  return entries.map((entry) => ({ ...entry, asked: { ...common, ...entry.asked } }));
}

function listed(runs: unknown, file: string, stem: string): BatchEntry[] {
  if (!Array.isArray(runs) || runs.length === 0)
    throw requestError(`${file}: runs is no list of configs. Expected lines such as "- model: …".`);
  return runs.map((run: unknown, at) => {
    const place = `${file}, run ${at + 1}`;
    const { name = `${stem}-${at + 1}`, ...asked } = mapping(run, place);
    refuseUnknownKeys(asked, ` in ${place}`, ["name"]);
    return { place, name: plainName(name, place), asked };
  });
}

/** A matrix of more is a slip of the pen. */
const MOST_RUNS = 10_000;

/** Every combination of a matrix' values. */
function combined(matrix: PartialConfig, file: string, stem: string): BatchEntry[] {
  refuseUnknownKeys(matrix, ` in the matrix of ${file}`);
  let entries: BatchEntry[] = [{ place: file, name: stem, asked: {} }];
  for (const [key, values] of Object.entries(matrix)) {
    if (!Array.isArray(values) || values.length === 0) {
      throw requestError(
        `${file}: ${key} of the matrix is no list of values. Expected e.g. [a, b]; what is the same in all runs goes into defaults.`,
      );
    }
    if (entries.length * values.length > MOST_RUNS) {
      throw requestError(
        `${file}: its matrix comes to more than ${MOST_RUNS} runs. Expected fewer. Leave values out, or split it into several files.`,
      );
    }
    const labels = labelsOf(key, values);
    entries = entries.flatMap(({ name, asked }) =>
      values.map((value: unknown, at) => ({
        place: file,
        name: values.length === 1 ? name : `${name}-${labels[at]}`,
        asked: { ...asked, [key]: value },
      })),
    );
  }
  // Labels joined by dashes may come to the same name: a-b and c, a and b-c.
  const isTold = new Set(entries.map(({ name }) => name)).size === entries.length;
  return entries.map((entry, at) => ({
    ...entry,
    place: `${file}, run ${at + 1}`,
    name: plainName(isTold ? entry.name : `${stem}-${at + 1}`, file),
  }));
}

/** What tells the values of a key apart in a name: a value where it is short and plain, else the key and a number. */
function labelsOf(key: string, values: readonly unknown[]): string[] {
  const numbered = values.map((_, at) => `${key}-${at + 1}`);
  const labels = values.map((value, at) => {
    const label = Array.isArray(value) ? value.join("-") : String(value);
    const isPlain = /^[A-Za-z0-9_][\w.-]*$/.test(label) && !label.includes("..");
    return label.length <= 32 && isPlain ? label : numbered[at];
  });
  return new Set(labels).size === labels.length ? (labels as string[]) : numbered;
}

/** A name is one step of a path and no option: it must not lead anywhere. */
function plainName(name: unknown, place: string): string {
  if (typeof name === "string" && PLAIN_NAME.test(name) && !name.includes("..")) return name;
  throw requestError(
    `${place}: the name ${JSON.stringify(name)} cannot be that of a run. Expected letters, digits, dots, dashes and underscores alone, such as fig-1.`,
  );
}

function mapping(value: unknown, place: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw requestError(`${place}: found ${JSON.stringify(value)}, expected keys and values.`);
}
