import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { isFolder } from "../config/paths.js";
import { requestError } from "../errors.js";
import { textsFingerprint } from "../plan.js";
import type { Ranking } from "../reduce/v-score.js";
import { shellWord } from "../shell-word.js";
import { Examples } from "./examples-file.js";
import { RUN_FILES, sumsFile } from "./files.js";
import { ForeignMeta, Meta } from "./meta.js";
import { decodeScores, decodeStatistics, type LayerStatistics } from "./score-files.js";
import { decodeSums, type LanguageSums } from "./sums-file.js";

export const RUNS_FOLDER = "v_score_runs";

/** A finished run, open for reading. */
export interface FinishedRun {
  name: string;
  folder: string;
  meta: Meta;
  rankings: Map<number, Ranking>;
  statistics: Map<number, LayerStatistics>;
}

/** The folder that RUN on the command line means: a path, or a name under `./v_score_runs`. */
export function runFolder(run: string): string {
  const named = join(RUNS_FOLDER, run);
  if (!run.includes("/") && isFolder(named)) return resolve(named);
  if (isFolder(run)) return resolve(run);
  const known = isFolder(RUNS_FOLDER)
    ? readdirSync(RUNS_FOLDER).filter((name) => isFolder(join(RUNS_FOLDER, name)))
    : [];
  throw requestError(
    `There is no run ${run}. Expected a folder, or one of ./${RUNS_FOLDER}: ${known.join(", ") || "(none yet)"}. To see them: npx vscore runs`,
  );
}

/** @throws VscoreError (request) where the run is unfinished, foreign, or one of its files is broken */
export function openRun(run: string): FinishedRun {
  const folder = runFolder(run);
  const meta = readMeta(folder);
  const scores = reading(folder, RUN_FILES.scores, decodeScores);
  const statistics = reading(folder, RUN_FILES.statistics, decodeStatistics);
  for (const [file, { languages, layers }] of [
    [RUN_FILES.scores, scores],
    [RUN_FILES.statistics, statistics],
  ] as const) {
    const misfit = isSame(languages, meta.languages)
      ? meta.layers.find(
          (layer) =>
            layers.get(layer)?.languages !== meta.languages.length ||
            layers.get(layer)?.features !== scores.layers.get(layer)?.features,
        )
      : languages.join(", ");
    if (misfit === undefined) continue;
    const what =
      typeof misfit === "number" ? `its layer ${misfit} does` : `its languages (${misfit}) do`;
    throw broken(join(folder, file), `${what} not fit ${RUN_FILES.meta}`);
  }
  return {
    name: basename(folder),
    folder,
    meta,
    rankings: scores.layers,
    statistics: statistics.layers,
  };
}

/** The sums of one of a run's languages. */
export function openSums(run: FinishedRun, language: string): LanguageSums {
  const file = sumsFile(language);
  const sums = reading(run.folder, file, decodeSums);
  const found = textsFingerprint(sums.texts);
  if (sums.language === language && found === run.meta.texts_sha256[language]) return sums;
  throw broken(join(run.folder, file), `it is not of the texts that ${RUN_FILES.meta} names`);
}

/** A run's strongest contexts; null where it has none. */
export function openExamples(run: FinishedRun): Examples | null {
  if (!existsSync(join(run.folder, RUN_FILES.examples))) return null;
  return reading(run.folder, RUN_FILES.examples, (bytes) =>
    Examples.parse(JSON.parse(Buffer.from(bytes).toString("utf8"))),
  );
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

function readMeta(folder: string): Meta {
  const file = join(folder, RUN_FILES.meta);
  if (!existsSync(file)) {
    const todo = existsSync(join(folder, RUN_FILES.config))
      ? `It is unfinished; go on with: npx vscore compute --resume --out-dir ${shellWord(folder)}`
      : "It is not a run.";
    throw requestError(`${folder} has no ${RUN_FILES.meta}. ${todo}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw broken(file, "is not JSON", error);
  }
  const meta = Meta.safeParse(value);
  if (meta.success) return meta.data;
  if (!Object.hasOwn(Object(value), "schema_version") && ForeignMeta.safeParse(value).success) {
    throw requestError(
      `${folder} was written by another tool (its ${RUN_FILES.meta} has no schema_version). vscore reads its own runs here.`,
    );
  }
  throw broken(
    file,
    `does not have the form of this version: ${meta.error.issues[0]?.path.join(".")}: ${meta.error.issues[0]?.message}`,
  );
}

function reading<T>(folder: string, name: string, decode: (bytes: Uint8Array) => T): T {
  const file = join(folder, name);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw broken(file, "cannot be read", error);
  }
  try {
    return decode(bytes);
  } catch (error) {
    throw broken(file, error instanceof Error ? error.message : String(error), error);
  }
}

const broken = (file: string, what: string, cause?: unknown) =>
  requestError(
    `${file} is missing or broken: ${what}. Restore it, or compute the run anew with --overwrite.`,
    cause,
  );

/** How long ago a run was last touched, for lists. */
export const lastTouched = (folder: string): Date => {
  const event = join(folder, RUN_FILES.events);
  return statSync(existsSync(event) ? event : folder).mtime;
};
