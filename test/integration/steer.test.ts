import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { decodeSealed } from "../../src/runs/sealed-file.js";
import { vscore } from "../fixtures/command.js";
import { copyDemo } from "../fixtures/demo-run.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const SMALL = ["--train-n", "4", "--eval-n", "3", "--source-lang", "fr", "--target-lang", "en"];

it("vectors are written as files of ours and of the steering repository, and steer as new ones do", async () => {
  copyDemo(at("run"));
  const made = await vscore(
    ...["steer", "vectors", at("run"), "--source", "all", "--target", "en", "--train-n", "4"],
  );
  expect(made.exitCode).toBe(0);
  expect(made.stderr).toMatch(/left out, for --corpus manuals \(dev\) lacks them: tha_Thai/);
  const folder = at("run", "exports", "steering_vectors");
  expect(readdirSync(folder)).toHaveLength(8 * 3);
  const otherwise = await vscore(
    ...["steer", "vectors", at("run"), "--source", "fr", "--target", "en", "--train-n", "4"],
    "--normalize",
  );
  expect(otherwise.exitCode).toBe(2);
  expect(otherwise.stderr).toMatch(/holds vectors with normalize false, asked for now is true/);
  const metadata = JSON.parse(
    readFileSync(join(folder, "sv_embedded-model_fr_to_en_train4.json"), "utf8"),
  );
  expect(metadata).toMatchObject({ source_lang: "fr", target_lang: "en", train_n: 4 });
  expect(metadata.layers).toEqual([1, 2, 3]);

  const lid = ["steer", "lid", at("run"), ...SMALL, "--methods", "SV-1L", "--json"];
  const fresh = await vscore(...lid);
  expect(fresh.exitCode).toBe(0);
  const cellsOf = (text: string) => JSON.parse(text).cells;
  for (const bank of [folder, join(folder, "sv_embedded-model_fr_to_en_train4.pt")]) {
    const again = await vscore(...lid, "--bank", bank);
    expect(again.exitCode).toBe(0);
    expect(cellsOf(again.stdout)).toEqual(cellsOf(fresh.stdout));
  }
  const wrong = await vscore(
    ...["steer", "lid", at("run"), ...SMALL.slice(0, 4), "--source-lang", "es"],
    ...["--target-lang", "en", "--bank", join(folder, "sv_embedded-model_fr_to_en_train4.pt")],
  );
  expect(wrong.exitCode).toBe(2);
  expect(wrong.stderr).toMatch(
    /leads from fra_Latn into eng_Latn. Expected spa_Latn into eng_Latn/,
  );
  const other = await vscore(...lid, "--bank", folder, "--base-layer", "0");
  expect(other.exitCode).toBe(2);
  expect(other.stderr).toMatch(/has vectors of the layers 1, 2, 3, and none of 0/);
});

it("with α = 0 seven methods give seven equal rows, and a gate that never opens is no steering", async () => {
  copyDemo(at("run"));
  const lid = ["steer", "lid", at("run"), ...SMALL];
  const still = await vscore(...lid, "--alpha", "0", "--json");
  expect(still.exitCode).toBe(0);
  const { cells, gate_rates, folder } = JSON.parse(still.stdout);
  const numbers = ({
    method: _,
    k: __,
    layers: ___,
    over_none: ____,
    ...own
  }: object & Record<string, unknown>) => own;
  expect(cells).toHaveLength(7);
  for (const cell of cells) expect(numbers(cell)).toEqual(numbers(cells[0]));
  const rows = readFileSync(
    join(
      folder,
      "lid_embedded-model_fr_to_en_layer1_alpha0_topk2_train4_eval3_other3_first-token.csv",
    ),
    "utf8",
  ).split("\n");
  expect(rows[0]).toBe("method,k,ce_target_token,ce_non_target_langs");
  expect(rows.slice(1, 8).map((row) => row.split(",")[0])).toEqual([
    "No SV",
    "SV-1L",
    "SV-2L",
    "SV-3L",
    "SAE-1L",
    "SAE-2L",
    "SAE-3L",
  ]);
  expect(new Set(rows.slice(1, 8).map((row) => row.split(",").slice(2).join())).size).toBe(1);
  // The source's features fire on its own texts.
  const rate = (language: string) =>
    gate_rates.find(
      (each: { layer: number; language: string }) => each.layer === 1 && each.language === language,
    ).rate;
  expect(rate("fra_Latn")).toBeGreaterThan(0.5);
  expect(rate("fra_Latn")).toBeGreaterThan(2 * rate("jpn_Jpan"));

  const shut = await vscore(...lid, "--gate-threshold", "1e9", "--json");
  const closed = JSON.parse(shut.stdout).cells as (object & Record<string, unknown>)[];
  const of = (name: string) => numbers(closed.find(({ method }) => method === name) ?? {});
  expect(of("SAE-3L")).toEqual(of("No SV"));
  expect(of("SV-3L")).not.toEqual(of("No SV"));
  const open = await vscore(...lid, "--gate-threshold", "-1", "--json");
  const wide = JSON.parse(open.stdout).cells as (object & Record<string, unknown>)[];
  const ofWide = (name: string) => numbers(wide.find(({ method }) => method === name) ?? {});
  expect(ofWide("SAE-2L")).toEqual(ofWide("SV-2L"));
});

it("an interrupted experiment goes on with what it has, and ends the same", async () => {
  copyDemo(at("run"));
  const lid = ["steer", "lid", at("run"), ...SMALL, "--methods", "SV-1L"];
  expect((await vscore(...lid)).exitCode).toBe(0);
  const folder = at("run", "experiments", "steer-lid-1");
  const result = readFileSync(join(folder, "result.json"));
  const rows = decodeSealed(readFileSync(join(folder, "rows.safetensors")));
  expect([...rows.tensors.keys()]).toContain("0.collateral.jpn_Jpan");
  expect(existsSync(join(folder, "parts"))).toBe(false);
  // Exactly what was trained and evaluated on, and nothing twice.
  const used = readFileSync(join(folder, "texts.jsonl"), "utf8").trim().split("\n");
  const texts = used.map((line) => JSON.parse(line));
  const count = (split: string) => texts.filter((each) => each.split === split).length;
  expect([count("train"), count("source_eval"), count("collateral_eval")]).toEqual([8, 3, 27]);
  const trained = new Set(texts.filter((each) => each.split === "train").map(({ text }) => text));
  expect(texts.filter((each) => each.split !== "train" && trained.has(each.text))).toEqual([]);
  // As one that ended before its result was written.
  rmSync(join(folder, "result.json"));
  const again = await vscore(...lid);
  expect(again.stderr).toMatch(/Going on with .*steer-lid-1/);
  expect(readFileSync(join(folder, "result.json"))).toEqual(result);
});

it.each([
  [["--source-lang", "en"], /Expected two languages/],
  [["--source-lang", "kas_Arab"], /found kas_Arab, the run run has/],
  [["--base-layer", "0"], /gates are asked for at 0\. Expected features of every layer/],
  [["--base-layer", "9", "--methods", "SV"], /the model has the layers 0 to 3/],
  [["--eval-n", "500"], /has 200 texts in fra_Latn\. --eval-n asks for 500/],
  [["--train-n", "500"], /--train-n 500: dev has 200 texts/],
  [["--alpha", "strong"], /Expected a number/],
  [["--alpha", "0.5,-1e7"], /'0\.5,-1e7' is invalid\. Expected numbers from -1000000 to 1000000/],
  [["--methods", "SV-9L"], /Expected all, SV, SAE, Learned, Random/],
  [["--learned-gating", "--learned-train-n", "500"], /--learned-train-n 500: dev has 200 texts/],
  [["--learned-gating", "--learned-lr", "0"], /Expected a number above 0/],
  [["--gate-topk", "9999"], /--gate-topk 9999: the dictionary of layer 1 in run has 512 features/],
])("%s is refused before anything is written", async (flags, message) => {
  copyDemo(at("run"));
  const { exitCode, stderr } = await vscore("steer", "lid", at("run"), ...SMALL, ...flags);
  expect(stderr).toMatch(message);
  expect(exitCode).toBe(2);
  expect(existsSync(at("run", "experiments"))).toBe(false);
});

it("trained gates are learned once, written as the steering repository keeps them, and steer", async () => {
  copyDemo(at("run"));
  const { exitCode, stdout } = await vscore(
    ...["steer", "lid", at("run"), ...SMALL, "--methods", "SV-2L,Learned-1L,Learned-2L", "--json"],
    ...["--alpha", "0.5,1", "--learned-train-n", "2", "--learned-epochs", "4"],
  );
  expect(exitCode).toBe(0);
  const { cells, learned, gate_rates, folder } = JSON.parse(stdout);
  const gates = learned.gates as { layer: number; losses: number[] }[];
  expect(gates.map(({ layer }) => layer)).toEqual([1, 2]);
  for (const { losses } of gates) {
    expect(losses).toHaveLength(5);
    expect(losses.at(-1)).toBeLessThan(losses[0] as number);
  }
  expect(gate_rates).toHaveLength(2 * 9);
  for (const { target, rate } of gate_rates) {
    expect(target).toBe("eng_Latn");
    expect(rate).toBeGreaterThan(0);
    expect(rate).toBeLessThan(1);
  }
  const costOf = (name: string) =>
    cells.find(
      (cell: { method: string; alpha: number }) => cell.method === name && cell.alpha === 1,
    ).collateral.value;
  // They open less than everywhere, which costs less.
  expect(costOf("Learned-2L")).toBeLessThan(costOf("SV-2L"));
  const names = readdirSync(folder).filter((name) => name.endsWith(".pt"));
  expect(names).toEqual([
    "learned_gate_embedded-model_fr_to_en_layer1_topk2_train4_gtrain49_ltrain2_ep4_lr0.1_cw0.2.pt",
  ]);
  const csv = readdirSync(folder).find((name) => name.endsWith(".csv")) as string;
  expect(readFileSync(join(folder, csv), "utf8")).toMatch(/\nLearned-2L,2,/);
});

it("one text is continued three times, and told with the keys of the steering repository", async () => {
  copyDemo(at("run"));
  const baseline = ["steer", "baseline", at("run"), "--source-lang", "en", "--target-lang", "fr"];
  const asked = ["--alpha", "1", "--train-n", "20", "--max-new-tokens", "12"];
  const { exitCode, stdout } = await vscore(...baseline, ...asked);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/\n {2}│ Continue the following text in French\.\n {2}│ Text: /);
  expect(stdout).toMatch(/\nNo SV: 12 tokens, taken for English/);
  const folder = at("run", "experiments", "steer-baseline-1");
  const told = JSON.parse(
    readFileSync(join(folder, "baseline_embedded-model_en_to_fr_alpha1.json"), "utf8"),
  );
  expect(Object.keys(told)).toEqual([
    ...["source_lang", "target_lang", "model_name", "model_path", "layer", "alpha"],
    ...["gate_topk", "gate_threshold", "sae_release", "train_n", "eval_n", "prompt"],
    ...["baseline_continuation", "sv_only_continuation", "sae_gated_continuation"],
    ...["ce_target_token_baseline", "ce_target_token_sv_only", "ce_target_token_sae_gated"],
  ]);
  expect(told).toMatchObject({ source_lang: "en", target_lang: "fr", layer: 1, eval_n: 2 });
  expect(told.sv_only_continuation).not.toBe(told.baseline_continuation);
  const open = await vscore(...baseline, ...asked, "--gate-threshold", "-1", "--json");
  const [, everywhere, gated] = JSON.parse(open.stdout).methods;
  expect({ ...gated, method: "" }).toEqual({ ...everywhere, method: "" });
  const several = await vscore(...baseline, "--alpha", "1,2");
  expect(several.exitCode).toBe(2);
  expect(several.stderr).toMatch(/one setup, and 2 were asked for/);
});

it("continuations are kept with their labels, and steering leads into the target", async () => {
  copyDemo(at("run"));
  const clc = ["steer", "clc", at("run"), "--source-lang", "fr", "--target-lang", "en"];
  const { exitCode, stdout } = await vscore(
    ...[...clc, "--eval-n", "6", "--other-eval-n", "2", "--prompt", "beginning", "--alpha", "1"],
    ...["--methods", "SV-2L,SAE-2L,Random-2L", "--json"],
  );
  expect(exitCode).toBe(0);
  const { cells, continuations, detector, folder } = JSON.parse(stdout);
  expect(detector).toMatch(/^py3langid \d/);
  const successOf = (method: string) =>
    cells.find((cell: { method: string }) => cell.method === method).success.value;
  expect(successOf("No SV")).toBe(0);
  expect(successOf("SV-2L")).toBeGreaterThan(0.5);
  expect(successOf("SAE-2L")).toBeGreaterThan(0.5);
  expect(successOf("Random-2L")).toBeLessThan(0.5);
  expect(continuations).toHaveLength(4 * 6);
  for (const { method, success, label, continuation } of continuations) {
    expect(success).toBe(label === "eng_Latn");
    if (method === "No SV") expect(label).toBe("fra_Latn");
    expect(continuation).not.toBe("");
  }
  const csv = readFileSync(
    join(folder, "clc_embedded-model_fr_to_en_layer1_alpha1_topk2_train20_eval6_other2.csv"),
    "utf8",
  );
  expect(csv.split("\n")[0]).toBe(
    "source_lang,target_lang,method,k,alpha_used,success_rate,ce_non_source_flores10",
  );
  expect(csv).not.toMatch(/Random/);
  expect(existsSync(join(folder, "methods.svg"))).toBe(true);
  const figure = await vscore("steer", "plot", folder, "--output", at("figure.svg"));
  expect(figure.exitCode).toBe(0);
  expect(readFileSync(at("figure.svg"), "utf8")).toMatch(/SAE-2L|2L/);
});

it("by default every source is continued into English that the corpus has, asked as the steering repository asks", async () => {
  copyDemo(at("run"));
  const { exitCode, stdout, stderr } = await vscore(
    ...[
      "steer",
      "clc",
      at("run"),
      "--eval-n",
      "1",
      "--train-n",
      "1",
      "--max-new-tokens",
      "2",
      "--json",
    ],
  );
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/Not steered, for manuals \(devtest\) lacks them: tha_Thai/);
  const { cells, prompt } = JSON.parse(stdout);
  expect(prompt).toBe("instruction");
  expect(cells).toHaveLength(8 * 3);
  const alphas = new Map(
    cells.map((cell: { source: string; alpha: number }) => [cell.source, cell.alpha]),
  );
  expect([alphas.get("fra_Latn"), alphas.get("kor_Hang"), alphas.get("arb_Arab")]).toEqual([
    0.5, 0.8, 1,
  ]);
});
