import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { ZodError, type z } from "zod";
import { isFolder } from "../config/paths.js";
import { errnoOf, requestError, VscoreError } from "../errors.js";
import { textsFingerprint } from "../plan.js";
import type { Ranking } from "../reduce/v-score.js";
import { runArgument, shellWord } from "../shell-word.js";
import { type Evidence, openEvidenceFile } from "./evidence-file.js";
import { Examples } from "./examples-file.js";
import { Fidelity, misfitOfFidelity } from "./fidelity-file.js";
import { RUN_FILES, sumsFile } from "./files.js";
import { holdoutFolder, refuseOtherHoldout } from "./holdout.js";
import { ForeignMeta, Meta } from "./meta.js";
import { isPart, partNotRun } from "./part-file.js";
import type { Measure } from "./rank-by.js";
import { type ByLayer, type LayerStatistics, openScores, openStatistics } from "./score-files.js";
import { fileHash } from "./sealed-reader.js";
import { type LanguageSums, openSumsFile } from "./sums-file.js";

export const RUNS_FOLDER = "v_score_runs";

/** What every run has, whatever tool wrote it. */
export interface ScoredRun {
  name: string;
  folder: string;
  meta: { languages: string[]; layers: number[] };
  rankings: ReadonlyMap<number, Ranking>;
  /** By what its features are ranked, where that is not v. */
  measure?: Exclude<Measure, "v">;
  /** Where these are by another measure: those by v. */
  byV?: ReadonlyMap<number, Ranking>;
  /** And how many features of each language the measure ranks, by layer; those behind are in no order. */
  ranked?: ReadonlyMap<number, number[]>;
}

/** A finished run of ours, open for reading. */
export interface FinishedRun extends ScoredRun {
  meta: Meta;
  statistics: ReadonlyMap<number, LayerStatistics>;
  /** How sure its scores are; null where no file tells. */
  evidence: Evidence | null;
  /** How well its dictionaries rebuild its languages; null where nobody looked. */
  fidelity: Fidelity | null;
  /** What its features do on texts that had no part in ranking them; null where nobody looked. */
  heldOut: Pick<FinishedRun, "meta" | "statistics"> | null;
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

/** How a command line names a run: by its name where it is below `./v_score_runs`, else by its path. */
export const runWord = ({ name, folder }: Pick<ScoredRun, "name" | "folder">): string =>
  resolve(RUNS_FOLDER, name) === resolve(folder)
    ? shellWord(name)
    : runArgument(relative(".", folder) || ".");

/** @throws VscoreError (request) where the run is unfinished, foreign, or one of its files is broken */
export function openRun(run: string): FinishedRun {
  const own = openWithoutHoldout(run);
  const held = holdoutFolder(own);
  if (!existsSync(join(held, RUN_FILES.meta))) return own;
  const heldOut = openHeld(held, own);
  refuseOtherHoldout(own, heldOut);
  return { ...own, heldOut };
}

/** The same, whatever its held-out texts are. */
export const openWithoutHoldout = (run: string): FinishedRun => ({
  ...openAlone(runFolder(run)),
  heldOut: null,
});

function openHeld(held: string, { folder }: FinishedRun): Omit<FinishedRun, "heldOut"> {
  try {
    return openAlone(held);
  } catch (error) {
    if (!(error instanceof VscoreError)) throw error;
    throw requestError(
      `The run on held-out texts is damaged. ${error.message} Or make it alone anew: npx vscore holdout ${shellWord(folder)} --overwrite`,
      error,
    );
  }
}

function openAlone(folder: string): Omit<FinishedRun, "heldOut"> {
  const meta = readMeta(folder);
  const scores = opening(folder, RUN_FILES.scores, (path) => ({
    ...openScores(path),
    sha256: fileHash(path),
  }));
  const statistics = opening(folder, RUN_FILES.statistics, openStatistics);
  for (const [file, { languages, shapes }] of [
    [RUN_FILES.scores, scores],
    [RUN_FILES.statistics, statistics],
  ] as const) {
    const misfit = isSame(languages, meta.languages)
      ? meta.layers.find(
          (layer) =>
            shapes.get(layer)?.[0] !== meta.languages.length ||
            shapes.get(layer)?.[1] !== scores.shapes.get(layer)?.[1],
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
    evidence: openEvidence(folder, meta, scores),
    fidelity: openFidelity(folder, meta),
  };
}

/** @throws VscoreError (request) where it is of other languages, layers or features */
function openEvidence(
  folder: string,
  { languages, layers }: Meta,
  scores: Pick<ByLayer<Ranking>, "shapes"> & { sha256: string },
): Evidence | null {
  if (!existsSync(join(folder, RUN_FILES.evidence))) return null;
  const evidence = opening(folder, RUN_FILES.evidence, openEvidenceFile);
  const isFitting =
    evidence.facts.scores_sha256 === scores.sha256 &&
    isSame(evidence.facts.languages, languages) &&
    layers.every((layer) => evidence.features.get(layer) === scores.shapes.get(layer)?.[1]);
  if (isFitting) return evidence;
  throw broken(join(folder, RUN_FILES.evidence), `it is not of ${RUN_FILES.scores} here`);
}

/** @throws VscoreError (request) where it is damaged, or of other languages or layers */
function openFidelity(folder: string, meta: Meta): Fidelity | null {
  if (!existsSync(join(folder, RUN_FILES.fidelity))) return null;
  const file = join(folder, RUN_FILES.fidelity);
  const damaged = (what: string, cause?: unknown) =>
    requestError(
      `${file} ${what}. Delete it: the run is whole without it, and it is made anew by: npx vscore fidelity ${shellWord(folder)} --measure`,
      cause,
    );
  let fidelity: Fidelity;
  try {
    fidelity = Fidelity.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw damaged(
      error instanceof ZodError
        ? `does not have the form of this version: ${firstIssue(error)}`
        : "is broken: it is not JSON",
      error,
    );
  }
  const misfit = misfitOfFidelity(fidelity, meta);
  if (misfit !== null) throw damaged(`is not of this run: ${misfit}`);
  return fidelity;
}

/** The sums of one of a run's languages; they stay in their file, each layer is read when it is asked for. */
export function openSums(run: FinishedRun, language: string): LanguageSums {
  const file = sumsFile(language);
  const sums = opening(run.folder, file, openSumsFile);
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
    if (isPart(folder)) throw requestError(partNotRun(folder));
    const todo = existsSync(join(folder, RUN_FILES.config))
      ? `It is unfinished; go on with: npx vscore compute --resume --out-dir ${shellWord(folder)}`
      : `It is not a run. Runs below it are listed by: npx vscore runs ${shellWord(folder)}`;
    throw requestError(`${folder} has no ${RUN_FILES.meta}. ${todo}`);
  }
  const value = readJson(file);
  if (isOfAnotherTool(value)) {
    throw requestError(
      `${folder} is in the format of the original tool (its ${RUN_FILES.meta} has no schema_version): it has v-scores, but no statistics and no per-text sums. It can be shown and exported; for more, compute it here.`,
    );
  }
  const meta = Meta.safeParse(value);
  if (meta.success) return meta.data;
  throw broken(file, `does not have the form of this version: ${firstIssue(meta.error)}`);
}

/** The `meta.json` of a run that another tool wrote; null for one of ours. @throws VscoreError (request) for a broken one */
export function readForeignMeta(folder: string): ForeignMeta | null {
  const file = join(folder, RUN_FILES.meta);
  if (!existsSync(file)) return null;
  const value = readJson(file);
  // Also ours, where only the two files that every tool reads were copied.
  if (!isOfAnotherTool(value) && !hasTorchScoresAlone(folder)) return null;
  const meta = ForeignMeta.safeParse(value);
  if (meta.success) return meta.data;
  throw requestError(
    `${file} is of the format of the original tool, and cannot be used: ${firstIssue(meta.error)}. Expected at least "languages", a list of codes in the order of the rows of ${RUN_FILES.torchScores}.`,
  );
}

const isOfAnotherTool = (meta: unknown): boolean =>
  Object.hasOwn(Object(meta), "languages") && !Object.hasOwn(Object(meta), "schema_version");

/** A folder that has a run's scores for PyTorch, and none of what vscore itself reads. */
export const hasTorchScoresAlone = (folder: string): boolean =>
  existsSync(join(folder, RUN_FILES.torchScores)) &&
  !existsSync(join(folder, RUN_FILES.scores)) &&
  !existsSync(join(folder, RUN_FILES.statistics));

const firstIssue = ({ issues: [issue] }: z.ZodError): string =>
  `${issue?.path.join(".")}: ${issue?.message}`;

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw broken(file, "is not JSON", error);
  }
}

function reading<T>(folder: string, name: string, decode: (bytes: Uint8Array) => T): T {
  return opening(folder, name, (path) => decode(readFileSync(path)));
}

function opening<T>(folder: string, name: string, open: (path: string) => T): T {
  const file = join(folder, name);
  try {
    return open(file);
  } catch (error) {
    if (errnoOf(error) !== undefined) throw broken(file, "cannot be read", error);
    const what =
      error instanceof ZodError
        ? `it does not have the form of this version: ${firstIssue(error)}`
        : error instanceof Error
          ? error.message
          : String(error);
    throw broken(file, what, error);
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
