import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { engineOf, vscore, vscoreUntil } from "../fixtures/command.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

function batchFile(runs: object[]): string {
  const defaults = { model: "demo", n_texts_per_lang: 3, layers: [2] };
  const languages = ["eng_Latn", "fra_Latn", "tha_Thai"];
  writeFileSync(at("b.json"), JSON.stringify({ defaults: { languages, ...defaults }, runs }));
  return at("b.json");
}

it("a batch goes on after a run that fails, ends as its worst, and goes on where it stopped", async () => {
  // A corpus without splits: none may be asked for that nobody asked for.
  const rows = ["eng_Latn", "fra_Latn", "tha_Thai"].flatMap((language) =>
    ["one", "two"].map((text) => JSON.stringify({ language, text: `${text} text in ${language}` })),
  );
  writeFileSync(at("corpus.jsonl"), rows.join("\n"));
  const corpus = `jsonl:${at("corpus.jsonl")}`;
  const file = batchFile([{ name: "one" }, { name: "bad", layers: [9] }, { name: "two", corpus }]);
  const args = ["batch", file, "--out-root", at("runs"), "--keep-going", "--json"];
  const first = await vscore(...args);
  const states = (stdout: string) =>
    JSON.parse(stdout).runs.map(({ state }: { state: string }) => state);
  expect(states(first.stdout)).toEqual(["done", "failed", "done"]);
  expect(first.exitCode).toBe(2);
  expect(first.stderr).toContain("Layer 9 was asked for");
  const again = await vscore(...args);
  expect(states(again.stdout)).toEqual(["finished before", "failed", "finished before"]);
});

it("a run that is killed in the middle takes no other with it, and ends the same when it goes on", async () => {
  const file = batchFile([{ name: "one" }, { name: "two", layers: [1] }]);
  const args = (root: string) => ["batch", file, "--out-root", at(root), "--keep-going"];
  const killed = await vscoreUntil(
    /^eng_Latn finished/,
    async (pid) => {
      process.kill(await engineOf(pid), "SIGKILL");
    },
    ...args("cut"),
  );
  expect(killed.exitCode).toBe(1);
  expect(killed.stdout).toMatch(/^one +killed +1 .* killed by SIGKILL$/m);
  expect(killed.stdout).toMatch(/^two +done +0 /m);
  expect((await vscore(...args("cut"))).exitCode).toBe(0);
  expect((await vscore(...args("whole"))).exitCode).toBe(0);
  for (const name of ["v_scores.pt", "v_scores.safetensors", "feature_stats.safetensors"])
    expect(readFileSync(at("cut", "one", name)), name).toEqual(
      readFileSync(at("whole", "one", name)),
    );
});
