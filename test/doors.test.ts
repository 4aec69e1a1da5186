import { readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../src/config/paths.js";

const filesBelow = (folder: string, ending: RegExp) =>
  readdirSync(join(projectRoot, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(projectRoot, path), text: readFileSync(path, "utf8") }));

const sources = filesBelow("src", /\.(ts|cts|mts|tsx)$/);
const matching = (pattern: RegExp) =>
  sources.filter(({ text }) => pattern.test(text)).map(({ path }) => path);

const importOf = (name: string) => new RegExp(`(from|import\\(|require\\()\\s*["'](${name})["'/]`);

test("the sources are there to be looked at", () => {
  expect(sources.length).toBeGreaterThan(30);
});

test("pythonia is imported in src/engine/python-engine.ts alone", () => {
  expect(matching(importOf("pythonia"))).toEqual(["src/engine/python-engine.ts"]);
});

test("ink and react are imported in src/tui/ alone", () => {
  const drawing = matching(importOf("ink|react|@inkjs"));
  expect(drawing.filter((path) => !path.startsWith("src/tui/"))).toEqual([]);
});

test("arguments and exit codes are the business of the entry points alone", () => {
  const entries = ["src/cli.ts", "src/start.cts"];
  expect(matching(/\bprocess\.(argv|exit|exitCode)\b/).sort()).toEqual(entries);
});

test("files are written in src/runs/ alone; the engine's socket and the logs of background processes have folders of their own", () => {
  const writing = ["writeFile", "appendFile", "mkdir", "mkdtemp", "rm", "rename", "open", "rmdir"];
  const imports = /import\s*\{([^}]*)\}\s*from\s*"(?:node:)?fs(?:\/promises)?"/g;
  const writers = sources
    .filter(({ text }) => {
      const names = [...text.matchAll(imports)].flatMap(([, list = ""]) => list.split(","));
      const imported = names.map((name) => name.trim().split(" ")[0]?.replace(/Sync$/, "") ?? "");
      return imported.some((name) => [...writing, "unlink", "cp", "copyFile"].includes(name));
    })
    .map(({ path }) => path);
  expect(writers.filter((path) => !path.startsWith("src/runs/"))).toEqual([
    "src/engine/activation-stream.ts",
    "src/launches/launches.ts",
  ]);
  const whole = matching(/import\s+(\*\s+as\s+)?\w+\s+from\s*"(?:node:)?fs(?:\/promises)?"/);
  expect(whole).toEqual([]);
});

test("the engine prints nothing", () => {
  const printing = filesBelow("py/vscore_engine", /\.py$/).filter(({ text }) =>
    /^[^#\n]*\bprint\(/m.test(text),
  );
  expect(printing.map(({ path }) => path)).toEqual([]);
});

test("no source file has more than 400 lines", () => {
  const long = sources.filter(({ text }) => text.trimEnd().split("\n").length > 400);
  expect(long.map(({ path }) => path)).toEqual([]);
});

test("no folder is named for having no name", () => {
  const folders = readdirSync(join(projectRoot, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  expect(folders.filter((name) => /^(utils?|helpers?|common|lib)$/.test(basename(name)))).toEqual(
    [],
  );
});
