import { lstatSync, readdirSync } from "node:fs";
import { rm, rmdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { explain } from "./atomic-write.js";
import { isWrittenAside } from "./files.js";

/** An export that is a folder: its name under `exports/`, and what it holds, as paths below it. */
export interface ExportedFolder {
  name: string;
  files: RegExp;
}

/** `metadata.json` tells what the others are, and is written last. */
export const SAE_FEATURES: ExportedFolder = {
  name: "sae_features",
  files: /^(metadata\.json|layer_\d+_(indices\.pt|values\.pt|readable\.json))$/,
};

/** One folder a layer. */
export const PAPER_INDEX: ExportedFolder = {
  name: "paper_index",
  files: /^layer_\d+\/top_index_per_lan_magnitude\.pth$/,
};

/** Three files a pair of languages, under the steering repository's own names. */
export const STEERING_VECTORS: ExportedFolder = {
  name: "steering_vectors",
  files: /^sv_[\w.-]+_to_\w+_train\d+\.(safetensors|pt|json)$/,
};

export const EXPORTED_FOLDERS = [SAE_FEATURES, PAPER_INDEX, STEERING_VECTORS];

/** Folders that an export may have made below its own. */
export const foldersOfLayers = (folder: string): string[] =>
  isRealFolder(folder) ? readdirSync(folder).filter((name) => /^layer_\d+$/.test(name)) : [];

/** Not a link to one: what is behind it is another's. */
const isRealFolder = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** Files of such an export in a folder, as paths below it, also those that were never finished. */
export function exportedFiles(folder: string, { files }: ExportedFolder): string[] {
  if (!isRealFolder(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (path) => files.test(path) || isWrittenAside(basename(path)),
  );
}

/**
 * Writes such an export, whole or not at all, in place of an earlier one. What people put there stays.
 *
 * @param write puts the files there
 */
export async function replaceExport(
  folder: string,
  kind: ExportedFolder,
  write: () => Promise<void>,
): Promise<void> {
  await removeExport(folder, kind);
  try {
    await write();
  } catch (error) {
    // The failure that is told is the first.
    await removeExport(folder, kind).catch(() => undefined);
    throw error;
  }
}

async function removeExport(folder: string, kind: ExportedFolder): Promise<void> {
  const files = exportedFiles(folder, kind);
  // Backwards, metadata.json stands before the layers: with it goes what tells that they are whole.
  try {
    for (const path of files.toSorted().reverse()) await rm(join(folder, path), { force: true });
  } catch (error) {
    throw explain(error, folder);
  }
  for (const below of [...foldersOfLayers(folder), "."])
    await rmdir(join(folder, below)).catch(() => undefined);
}
