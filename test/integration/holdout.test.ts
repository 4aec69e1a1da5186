import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { vscore } from "../fixtures/command.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const ASKED = [
  ...["compute", "--model", "demo", "--corpus", "manuals", "--languages", "eng_Latn,fra_Latn"],
  ...["--layers", "1", "--n-texts-per-lang", "6", "--out-dir"],
];

it("held-out texts are looked at beside a run, shown with it, and go with it", async () => {
  const made = await vscore(...ASKED, at("run"), "--holdout", "devtest");
  expect(made.exitCode).toBe(0);
  expect(made.stdout).toMatch(/held-out: v on devtest \(6 texts a language\)/);
  const shown = await vscore("show", at("run"), "--top-k", "1", "--language", "fra_Latn", "--json");
  const [top] = JSON.parse(shown.stdout).features;
  const held = await vscore("show", at("run", "holdout"), "--top-k", "512", "--json");
  const there = JSON.parse(held.stdout).features.find(
    (each: { language: string; feature: number }) =>
      each.language === "fra_Latn" && each.feature === top.feature,
  );
  expect(top.heldout_v).toBeCloseTo(there.v, 5);
  expect(top.heldout_v).not.toBeCloseTo(top.v, 5);
  // The same texts again change nothing.
  const again = await vscore("holdout", at("run"));
  expect(again.stderr).toMatch(/was finished already/);
  const same = await vscore("holdout", at("run"), "--split", "dev");
  expect(same.exitCode).toBe(2);
  expect(same.stderr).toMatch(/ranked its features on it/);
  const csv = await vscore("export", "csv", at("run"), "--format", "full", "--output", "-");
  expect(csv.stdout).toMatch(/,ci_lo,ci_hi,p,q,heldout_v,margin,/);
  const replaced = await vscore(...ASKED, at("run"), "--overwrite");
  expect(replaced.exitCode).toBe(0);
  expect(existsSync(at("run", "holdout"))).toBe(false);
});

it("a run without splits has halves, and the evidence of a run is the same bytes every time", async () => {
  const lines = ["eng_Latn", "fra_Latn"].flatMap((language) =>
    Array.from({ length: 8 }, (_, id) =>
      JSON.stringify({ language, id, text: `${language} has a text number ${id} here` }),
    ),
  );
  writeFileSync(at("c.jsonl"), lines.join("\n"));
  const asked = [
    ...["compute", "--model", "demo", "--corpus", `jsonl:${at("c.jsonl")}`, "--layers", "1"],
    ...["--languages", "eng_Latn,fra_Latn", "--threads", "1", "--out-dir"],
  ];
  expect((await vscore(...asked, at("a"))).exitCode).toBe(0);
  expect((await vscore(...asked, at("b"))).exitCode).toBe(0);
  const evidence = (run: string) => readFileSync(at(run, "evidence.safetensors"));
  expect(evidence("a")).toEqual(evidence("b"));
  const held = await vscore("holdout", at("a"));
  expect(held.exitCode).toBe(2);
  expect(held.stderr).toMatch(/has no splits.*halves of the run's own texts take turns/);
  const asSplit = await vscore(...asked, at("d"), "--holdout", "devtest");
  expect(asSplit.exitCode).toBe(2);
  expect(existsSync(at("d"))).toBe(false);
  // A run that an earlier version made has no evidence, and says how it gets some.
  rmSync(at("a", "evidence.safetensors"));
  const old = await vscore("show", at("a"), "--top-k", "1");
  expect(old.stdout).toMatch(/npx vscore rescore makes one that has them/);
});
