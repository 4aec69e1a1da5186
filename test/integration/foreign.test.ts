import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { projectRoot } from "../../src/config/paths.js";
import { findInterpreter } from "../../src/engine/interpreter.js";
import { vscoreIn } from "../fixtures/command.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const folder = useTempFolder();
const demo = join(projectRoot, "v_score_runs", "demo");
const languages: string[] = JSON.parse(readFileSync(join(demo, "meta.json"), "utf8")).languages;

/** A folder as the original tool leaves it. */
function foreignFolder(scores: Uint8Array = readFileSync(join(demo, "v_scores.pt"))): string {
  const made = join(folder(), "foreign");
  mkdirSync(made);
  writeFileSync(join(made, "meta.json"), JSON.stringify({ languages, model: "demo" }));
  writeFileSync(join(made, "v_scores.pt"), scores);
  return made;
}

const cached = (...args: string[]) =>
  vscoreIn({ XDG_CACHE_HOME: join(folder(), "cache") }, ...args);

it("a foreign run is listed, shown, exported to the bytes of the run that it came from, and re-exported", async () => {
  const foreign = foreignFolder();
  const shown = await cached("show", foreign, "--layer", "2", "--language", "fra_Latn", "--json");
  expect(shown.exitCode).toBe(0);
  expect(shown.stderr).toContain("its v_scores.pt is converted once");
  const first = JSON.parse(shown.stdout).features[0];
  expect(first).toEqual({
    ...{ layer: 2, language: "fra_Latn", rank: 1, feature: 210 },
    v: expect.closeTo(3.181, 3),
  });
  const [own, theirs, list] = await Promise.all([
    cached("export", "csv", demo, "--top-k", "512", "--output", "-"),
    cached("export", "csv", foreign, "--top-k", "512", "--output", "-"),
    cached("runs", folder()),
  ]);
  expect(theirs.stdout.length).toBeGreaterThan(10_000);
  expect(theirs.stdout).toBe(own.stdout);
  expect(theirs.stderr).toMatch(/^warning: the run does not tell which dictionaries .*$/);
  expect(list.stdout).toMatch(/^foreign +foreign +demo/m);

  const again = join(folder(), "again");
  expect((await cached("export", "pt", foreign, "--output", again)).exitCode).toBe(0);
  expect(readdirSync(again).sort()).toEqual(["meta.json", "v_scores.pt"]);
  expect(readFileSync(join(again, "v_scores.pt"))).toEqual(readFileSync(join(demo, "v_scores.pt")));
  expect((await cached("export", "pt", foreign, "--output", again)).stderr).toContain("not empty");

  const rescored = await cached("rescore", foreign, "--languages", "eng_Latn,fra_Latn");
  expect(rescored.exitCode).toBe(2);
  expect(rescored.stderr).toContain("no statistics and no per-text sums");
});

it("a foreign run is compared: what it does not tell is listed, what it tells of its dictionaries decides how", async () => {
  const foreign = foreignFolder();
  const untold = await cached("compare", demo, foreign);
  expect(untold.exitCode).toBe(0);
  expect(untold.stdout).toContain("Not told by the second: model, model revision, dictionaries,");
  expect(untold.stdout).toMatch(/^ +2 +fra_Latn +1\.00 +1\.00 +210 \(3\.181\) +210 \(3\.181\)/m);

  const told = { languages, layers: [1, 2, 3], sae_release: "others", sae_id_template: "l{layer}" };
  writeFileSync(join(foreign, "meta.json"), JSON.stringify(told));
  const figure = join(folder(), "a.png");
  const other = await cached("compare", demo, foreign, "--figure", figure, "--json");
  expect(other.stderr).toBe("");
  const { differences, layers, agreements, bests } = JSON.parse(other.stdout);
  expect(differences.map(({ key }: { key: string }) => key)).toContain("dictionary");
  expect(layers[0]).toMatchObject({ layer: 1, comparable: "languages", why: "other_dictionaries" });
  expect(agreements).toEqual([]);
  expect(bests[0].second).toMatchObject({ feature: 17, mean: null, share: null });
  expect(existsSync(figure)).toBe(true);
});

it("what is no score file is refused, and code in it does not run", async () => {
  const marker = join(folder(), "ran");
  const { path } = await findInterpreter();
  await execa(path, [
    "-c",
    `import os, sys, torch
class Code:
    def __reduce__(self):
        return os.mkdir, (sys.argv[1],)
torch.save({"layers": Code()}, sys.argv[2])`,
    ...[marker, join(folder(), "code.pt")],
  ]);
  const foreign = foreignFolder(readFileSync(join(folder(), "code.pt")));
  const code = await cached("show", foreign);
  expect(code.stderr).toContain("which may be code; none of it was run");
  expect(code.exitCode).toBe(2);
  expect(existsSync(marker)).toBe(false);
  cpSync(join(projectRoot, "package.json"), join(foreign, "v_scores.pt"));
  const text = await cached("export", "csv", foreign);
  expect(text.stderr).toContain("it is no archive as torch.save writes them");
  expect(text.exitCode).toBe(2);
});
