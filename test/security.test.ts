import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../src/config/paths.js";

/** What is shipped, without the scripts that made the demo. */
const shipped = (folder: string, ending: string) =>
  readdirSync(join(projectRoot, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(projectRoot, path), text: readFileSync(path, "utf8") }));

const python = [
  ...shipped("py/vscore_engine", ".py"),
  { path: "score.py", text: readFileSync(join(projectRoot, "score.py"), "utf8") },
];
const typescript = shipped("src", "ts");

/** Every place where a pattern occurs, with what stands around it. */
const places = (pattern: RegExp, among = python) =>
  among.flatMap(({ path, text }) =>
    [...text.matchAll(new RegExp(pattern, "g"))].map((match) => ({ path, found: match[0] })),
  );

test("remote code is refused by name, and nowhere allowed", () => {
  const told = places(/trust_remote_code\W{0,4}(True|False)/);
  expect(told.length).toBeGreaterThan(0);
  expect(told.filter(({ found }) => !found.endsWith("False"))).toEqual([]);
});

test("torch.load reads weights alone, and nothing else reads pickles", () => {
  const loads = places(/torch\.load\([^)]*\)/);
  expect(loads.length).toBeGreaterThan(0);
  expect(loads.filter(({ found }) => !found.includes("weights_only=True"))).toEqual([]);
  expect(places(/allow_pickle\s*=\s*True|pickle\.loads?\(|joblib|dill|marshal/)).toEqual([]);
  // For the dictionaries that sae_lens reads from pickles itself.
  expect(places(/environ\["TORCH_FORCE_WEIGHTS_ONLY_LOAD"\] = "1"/)).toHaveLength(1);
});

test("models are read from safetensors alone", () => {
  expect(places(/AutoModelForCausalLM\.from_pretrained\([^)]*use_safetensors=True/)).toHaveLength(
    1,
  );
  expect(places(/AutoModel\w*\.from_pretrained\(/)).toHaveLength(1);
});

test("nothing listens but for the private Unix socket, and nothing is started through a shell", () => {
  expect(places(/\.listen\([^)]*/, typescript).map(({ found }) => found)).toEqual([
    '.listen(join(folder, "engine.sock"',
  ]);
  expect(places(/node:(http|https|http2|dgram|tls)"/, typescript)).toEqual([]);
  expect(places(/\.bind\(|\.listen\(|http\.server|socketserver|AF_INET/)).toEqual([]);
  expect(places(/shell:\s*true|\bexec(Sync|File|FileSync)?\(\s*["'`]/, typescript)).toEqual([]);
  // The launcher alone starts a process by itself; a type starts none.
  const starting = typescript.filter(({ text }) =>
    /^(?!import type ).*"node:child_process"/m.test(text),
  );
  expect(starting.map(({ path }) => path)).toEqual(["src/start.cts"]);
  expect(places(/os\.system|shell=True|(?<![.\w])(eval|exec)\(/)).toEqual([]);
  // A cluster is looked at from a Python of its own, and nothing else is started.
  expect(places(/subprocess\.(run|Popen|call|check_\w+)\([^)]*/)).toEqual([
    {
      path: "py/vscore_engine/workers/ray_cluster.py",
      found: expect.stringMatching(/^subprocess\.run\(\s*command,/),
    },
  ]);
  expect(places(/command = \[sys\.executable, "-m", "vscore_engine/)).toHaveLength(1);
});
