import { existsSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { deleteRun } from "../../src/runs/delete-run.js";
import { csvName, dictionariesBeside } from "../../src/runs/exported-csv.js";
import { lockRun } from "../../src/runs/lock.js";
import { rejectionOf } from "../fixtures/failure.js";
import { metaOf, runOf, writeRun } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

test("of a link, the link is removed and not the run that it leads to", async () => {
  writeRun(at("precious"), runOf(metaOf(), { 1: [[1], [-1]] }));
  symlinkSync(at("precious"), at("link"));
  expect(await deleteRun(at("link"))).toBe(true);
  expect(lstatSync(at("link"), { throwIfNoEntry: false })).toBeUndefined();
  expect(existsSync(at("precious", "meta.json"))).toBe(true);
});

test("controls and held-out texts go with the run; behind a link nothing does, and what people put there stays", async () => {
  const run = () => runOf(metaOf(), { 1: [[1], [-1]] });
  for (const name of ["run", "run/holdout", "run/controls/shuffled", "elsewhere"])
    writeRun(at(name), run());
  symlinkSync(at("elsewhere"), at("run", "controls", "romanised"));
  writeFileSync(at("run", "controls", "notes.txt"), "");
  expect(await deleteRun(at("run"))).toBe(false);
  expect(readdirSync(at("run"))).toEqual(["controls"]);
  expect(readdirSync(at("run", "controls")).sort()).toEqual(["notes.txt", "romanised"]);
  expect(existsSync(at("elsewhere", "meta.json"))).toBe(true);
});

test("a run is not deleted while a process is at work on one of its controls", async () => {
  for (const name of ["run", "run/controls/shuffled"])
    writeRun(at(name), runOf(metaOf(), { 1: [[1], [-1]] }));
  const unlock = await lockRun(at("run", "controls", "shuffled"));
  const failure = await rejectionOf(deleteRun(at("run")));
  await unlock();
  expect(failure.message).toMatch(/is at work on controls\/shuffled of the run/);
  expect(existsSync(at("run", "meta.json"))).toBe(true);
});

test("CSVs with the dictionaries beside them go with the run, by whatever layers they are named", async () => {
  writeRun(at("run"), runOf(metaOf(), { 1: [[1], [-1]] }));
  const names = [null, [20, 21, 22]].map((layers) => csvName("run", 5, layers));
  expect(names).toEqual(["v_scores_run_top5.csv", "v_scores_run_layers20-21-22_top5.csv"]);
  mkdirSync(at("run", "exports"));
  for (const name of names.flatMap((csv) => [csv, dictionariesBeside(csv)]))
    writeFileSync(at("run", "exports", name), "");
  writeFileSync(at("run", "exports", "notes.dictionaries.json"), "");
  expect(await deleteRun(at("run"))).toBe(false);
  expect(readdirSync(at("run", "exports"))).toEqual(["notes.dictionaries.json"]);
});

test("exports that are folders go with the run; what people put into them stays, and with it the folder", async () => {
  writeRun(at("run"), runOf(metaOf(), { 1: [[1], [-1]] }));
  const files = [
    "sae_features/metadata.json",
    "sae_features/layer_1_indices.pt",
    "sae_features/.layer_1_values.pt.0a1b2c3d.unfinished",
    "paper_index/layer_1/top_index_per_lan_magnitude.pth",
  ];
  for (const file of [...files, "sae_features/notes.txt"]) {
    const path = at("run", "exports", file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "");
  }
  expect(await deleteRun(at("run"))).toBe(false);
  expect(readdirSync(at("run"), { recursive: true }).sort()).toEqual([
    "exports",
    "exports/sae_features",
    "exports/sae_features/notes.txt",
  ]);
});

test("experiments of steering go with the run, finished or not, and what people put beside them stays", async () => {
  writeRun(at("run"), runOf(metaOf(), { 1: [[1], [-1]] }));
  const files = [
    "steer-lid-1/request.json",
    "steer-lid-1/result.json",
    "steer-lid-1/rows.safetensors",
    "steer-lid-1/methods.svg",
    "steer-lid-1/lid_gemma-2-2b_fr_to_en_layer20_alpha0.5_topk2_train20_eval10_other10_first-token.csv",
    "steer-clc-2/request.json",
    "steer-clc-2/parts/bank-fra_Latn-eng_Latn.safetensors",
    "steer-clc-2/parts/plain-fra_Latn-eng_Latn.json",
    "steer-clc-2/parts/written-fra_Latn-eng_Latn-layer-20-alpha-0.5.json",
  ];
  for (const file of [...files, "steer-clc-2/notes.txt"]) {
    const path = at("run", "experiments", file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "");
  }
  expect(await deleteRun(at("run"))).toBe(false);
  expect(readdirSync(at("run"), { recursive: true }).sort()).toEqual([
    "experiments",
    "experiments/steer-clc-2",
    "experiments/steer-clc-2/notes.txt",
  ]);
});
