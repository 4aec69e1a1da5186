import { existsSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { EMBEDDED } from "./presets.js";

/** The folder that holds vscore's `package.json`, from the bundle in `dist/` as from the sources. */
export const projectRoot: string = (() => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
})();

export const pythonRoot: string = join(projectRoot, "py");

/** The folder that an id names: `embedded:…`, or a path that starts with `/`, `./`, `../` or `~/`; null for a hub id. */
export function folderOf(id: string): string | null {
  if (id.startsWith(EMBEDDED)) return join(pythonRoot, "demo", id.slice(EMBEDDED.length));
  if (id.startsWith("~/")) return join(homedir(), id.slice(2));
  return /^\.{0,2}\//.test(id) || id === "." || id === ".." ? resolve(id) : null;
}

/** The path itself, or the nearest folder above it that is there. */
export function nearestExisting(path: string): string {
  let existing = resolve(path);
  while (!existsSync(existing)) existing = dirname(existing);
  return existing;
}

/** Where a path leads, links followed, also where its end is not there yet. */
export function realPlace(path: string): string {
  const existing = nearestExisting(path);
  return join(realpathSync(existing), relative(existing, resolve(path)));
}

export const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
