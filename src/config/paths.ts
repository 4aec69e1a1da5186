import { existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
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

export const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
