import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
  // Fewer or other languages are compared with the same texts held out.
  const turned = ["--languages", "fra_Latn,eng_Latn", "--out-dir", at("turned")];
  const rescored = await vscore("rescore", at("run"), ...turned);
  expect(rescored.stdout).toMatch(/held-out: v on devtest \(6 texts a language\)/);
  const asked = ["--top-k", "1", "--language", "fra_Latn", "--json"];
  const [same] = JSON.parse((await vscore("show", at("turned"), ...asked)).stdout).features;
  expect(same.heldout_v).toBe(top.heldout_v);
  // The same texts again change nothing.
  const again = await vscore("holdout", at("run"));
  expect(again.stderr).toMatch(/was finished already/);
  const own = await vscore("holdout", at("run"), "--split", "dev");
  expect(own.exitCode).toBe(2);
  expect(own.stderr).toMatch(/ranked its features on it/);
  const csv = await vscore("export", "csv", at("run"), "--format", "full", "--output", "-");
  expect(csv.stdout).toMatch(/,ci_lo,ci_hi,p,q,heldout_v,margin,/);
  // One that is damaged is told as such, and made anew by itself.
  writeFileSync(at("run", "holdout", "feature_stats.safetensors"), "x");
  const damaged = await vscore("show", at("run"));
  expect(damaged.exitCode).toBe(2);
  expect(damaged.stderr).toMatch(/held-out texts is damaged.*npx vscore holdout .* --overwrite/);
  expect((await vscore("holdout", at("run"), "--overwrite")).exitCode).toBe(0);
  expect((await vscore("show", at("run"))).exitCode).toBe(0);
  const inner = await vscore("holdout", at("run", "holdout"));
  expect(inner.stderr).toMatch(/is itself of held-out texts/);
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
  // Of another run, it is refused.
  const other = await vscore(...asked, at("e"), "--seed", "1", "--languages", "fra_Latn,eng_Latn");
  expect(other.exitCode).toBe(0);
  copyFileSync(at("e", "evidence.safetensors"), at("b", "evidence.safetensors"));
  const mixed = await vscore("show", at("b"));
  expect(mixed.exitCode).toBe(2);
  expect(mixed.stderr).toMatch(/evidence.safetensors is missing or broken: it is not of/);
  // A run that an earlier version made has no evidence, and says how it gets some.
  rmSync(at("a", "evidence.safetensors"));
  const old = await vscore("show", at("a"), "--top-k", "1");
  expect(old.stdout).toMatch(/npx vscore rescore makes a run that has it/);
});

it("texts that ranked are not held out, and a split that lacks a language is told before anything is computed", async () => {
  const row = (language: string, split: string, id: number, text = `${language} ${split} ${id}`) =>
    JSON.stringify({ language, split, id, text });
  const rows = ["eng_Latn", "fra_Latn"].flatMap((language) =>
    [0, 1, 2].map((id) => row(language, "dev", id)),
  );
  const devtest = [0, 1, 2].map((id) => row("eng_Latn", "devtest", id));
  const asked = ["compute", "--model", "demo", "--layers", "1", "--languages", "eng_Latn,fra_Latn"];
  const on = (file: string, ...more: string[]) =>
    vscore(...asked, "--corpus", `jsonl:${at(file)}`, "--out-dir", at("run"), ...more);
  writeFileSync(at("lacks.jsonl"), [...rows, ...devtest].join("\n"));
  const lacking = await on("lacks.jsonl", "--holdout", "devtest");
  expect(lacking.exitCode).toBe(2);
  expect(lacking.stderr).toMatch(/no fra_Latn|fra_Latn/);
  expect(existsSync(at("run"))).toBe(false);
  const same = [row("fra_Latn", "devtest", 7, "fra_Latn dev 1"), row("fra_Latn", "devtest", 8)];
  writeFileSync(at("same.jsonl"), [...rows, ...devtest, ...same].join("\n"));
  const shared = await on("same.jsonl", "--holdout", "devtest");
  expect(shared.exitCode).toBe(2);
  expect(shared.stderr).toMatch(/1 texts in fra_Latn are there in both splits .* the first is 7/);
});
