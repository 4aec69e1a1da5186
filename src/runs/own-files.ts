import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { rename, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolder } from "./atomic-write.js";
import { EXPORTED_CSV } from "./exported-csv.js";
import { EXPORTED_FOLDERS, exportedFiles, foldersOfLayers } from "./exported-folders.js";
import {
  EARLIER_RUN,
  GATED_IGNORE,
  INNER_RUNS,
  isOtherReport,
  isWrittenAside,
  RUN_FILES,
} from "./files.js";

/** Files of a run in its folder, as paths below it; first what says that it is whole. What people put beside them is not among them. */
export function ownFiles(folder: string): string[] {
  const { meta, part, gitignore, sumsFolder, strongestFolder, ...others } = RUN_FILES;
  const { exportsFolder, figuresFolder, ...more } = others;
  const { experimentsFolder: _, holdoutFolder: _held, controlsFolder: _controls, ...files } = more;
  const within = (subfolder: string, isOurs: RegExp) =>
    namesIn(join(folder, subfolder))
      .filter((name) => isOurs.test(name) || isWrittenAside(name))
      .map((name) => join(subfolder, name));
  const isOurIgnore = (name: string) =>
    existsSync(join(folder, name)) && readFileSync(join(folder, name), "utf8") === GATED_IGNORE;
  return [
    meta,
    part,
    ...Object.values(files),
    ...[gitignore].filter(isOurIgnore),
    ...namesIn(folder).filter((name) => isWrittenAside(name) || isOtherReport(name)),
    ...within(sumsFolder, /\.safetensors$/),
    ...within(strongestFolder, /\.safetensors$/),
    ...within(exportsFolder, EXPORTED_CSV),
    ...EXPORTED_FOLDERS.flatMap((kind) => {
      const made = join(exportsFolder, kind.name);
      return exportedFiles(join(folder, made), kind).map((path) => join(made, path));
    }),
    ...within(figuresFolder, /^[a-z0-9-]+\.(svg|png|json)$/),
    ...experimentFolders(folder).flatMap((made) =>
      [made, join(made, "parts")].flatMap((place) => within(place, OF_EXPERIMENTS)),
    ),
    ...INNER_RUNS.filter((inner) => isInnerRun(folder, inner)).flatMap((inner) =>
      ownFiles(join(folder, inner)).map((name) => join(inner, name)),
    ),
  ].filter((name) => lstatSync(join(folder, name), { throwIfNoEntry: false })?.isFile());
}

/** Whether there is a run that a run keeps; not behind a link: what is there is another's. */
const isInnerRun = (folder: string, inner: string): boolean =>
  isRealFolder(folder, inner) && existsSync(join(folder, inner, RUN_FILES.config));

/** Whether every step of a path below a folder is a folder, and no link to one. */
const isRealFolder = (folder: string, path: string): boolean =>
  (dirname(path) === "." || isRealFolder(folder, dirname(path))) &&
  lstatSync(join(folder, path), { throwIfNoEntry: false })?.isDirectory() === true;

/** Removes a run's own files and the folders that this leaves empty. */
export async function removeOwnFiles(folder: string): Promise<void> {
  for (const name of ownFiles(folder)) await rm(join(folder, name), { force: true });
  await removeEmptyFolders(folder);
}

/**
 * Puts a run that is to be replaced aside. One that was put aside before stays if its successor was never finished, which
 * then goes; what is left of one whose successor was finished is in the way.
 */
export async function putAside(
  folder: string,
  { isFinished }: { isFinished: boolean },
): Promise<void> {
  const aside = join(folder, EARLIER_RUN);
  if (existsSync(aside) && !isFinished && existsSync(join(aside, RUN_FILES.meta)))
    return removeOwnFiles(folder);
  await removeOwnFiles(aside);
  await move(folder, aside);
}

/** Brings a run that was put aside back, if there is one. */
export async function bringBack(folder: string): Promise<void> {
  const aside = join(folder, EARLIER_RUN);
  if (!existsSync(aside)) return;
  await move(aside, folder);
  await rmdir(aside).catch(() => undefined);
}

/** Removes a run that was put aside, if there is one: what replaces it is finished. */
export async function removeAside(folder: string): Promise<void> {
  const aside = join(folder, EARLIER_RUN);
  if (!existsSync(aside)) return;
  await removeOwnFiles(aside);
  await rmdir(aside).catch(() => undefined);
}

/** Removes what only an unfinished run needs. */
export async function removeScaffold(folder: string): Promise<void> {
  const scaffold = ownFiles(folder).filter((name) => dirname(name) === RUN_FILES.strongestFolder);
  for (const name of scaffold) await rm(join(folder, name), { force: true });
  await rmdir(join(folder, RUN_FILES.strongestFolder)).catch(() => undefined);
}

async function move(from: string, to: string): Promise<void> {
  for (const name of ownFiles(from)) {
    await makeFolder(dirname(join(to, name)));
    await rename(join(from, name), join(to, name));
  }
  await removeEmptyFolders(from);
}

const OF_EXPERIMENTS =
  /^((request|result|summary)\.json|(plain|written|gate)-[\w.-]+\.json|baseline_[\w.+-]+\.json|learned_gate_[\w.+-]+\.pt|(rows|texts)\.jsonl|\.gitignore|[\w.-]+\.safetensors|[\w.+-]+\.(svg|png|csv))$/;

/** Folders that `writeExperiment` makes, as paths below the run's. */
const experimentFolders = (folder: string): string[] =>
  namesIn(join(folder, RUN_FILES.experimentsFolder))
    .filter((name) => /^[a-z]+(-[a-z]+)*-\d+$/.test(name))
    .map((name) => join(RUN_FILES.experimentsFolder, name));

async function removeEmptyFolders(folder: string): Promise<void> {
  const { sumsFolder, strongestFolder, exportsFolder, ...others } = RUN_FILES;
  const { figuresFolder, experimentsFolder, controlsFolder } = others;
  for (const inner of INNER_RUNS.filter((path) => isRealFolder(folder, path)))
    await removeEmptyFolders(join(folder, inner));
  const exported = EXPORTED_FOLDERS.map(({ name }) => join(exportsFolder, name)).flatMap((made) => [
    ...foldersOfLayers(join(folder, made)).map((name) => join(made, name)),
    made,
  ]);
  const made = experimentFolders(folder).flatMap((each) => [join(each, "parts"), each]);
  for (const name of [
    ...exported,
    sumsFolder,
    strongestFolder,
    exportsFolder,
    figuresFolder,
    ...made,
    experimentsFolder,
    ...INNER_RUNS,
    controlsFolder,
  ]) {
    await rmdir(join(folder, name)).catch(() => undefined);
  }
}

const namesIn = (folder: string): string[] =>
  lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder) : [];
