import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type ComputeOptions, compute } from "../../src/commands/compute.js";
import { RUN_FILES } from "../../src/runs/files.js";
import { rejectionOf } from "../fixtures/failure.js";
import { collectingOutput } from "../fixtures/output.js";
import { configOf } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const { signal } = new AbortController();

function corpus(): string {
  const rows = ["eng_Latn", "eng_Latn", "spa_Latn"].map((language, id) =>
    JSON.stringify({ language, text: "é", id }),
  );
  writeFileSync(at("corpus.jsonl"), rows.join("\n"));
  return `jsonl:${at("corpus.jsonl")}`;
}

const dryRun = async (flags: ComputeOptions["flags"], changes: Partial<ComputeOptions> = {}) => {
  const output = collectingOutput();
  const common = {
    dryRun: true,
    json: false,
    resume: false,
    overwrite: false,
    stallTimeout: 0,
    selfCheck: true,
  };
  const options = { ...common, ...changes };
  await compute(
    { flags: { model: "demo", languages: ["eng_Latn", "spa_Latn"], ...flags }, ...options },
    output,
    signal,
  );
  return output.results;
};

test("--dry-run tells the plan and starts nothing", async () => {
  const said = await dryRun({ corpus: corpus(), out_dir: at("run"), n_texts_per_lang: 2 });
  expect(said).toMatch(/^eng_Latn +English +2 +4$/m);
  expect(said).toMatch(/^spa_Latn +Spanish +1 +2$/m);
  expect(said).toContain("warning: fewer than 2 texts, all are used: spa_Latn 1");
  expect(said).toContain(`out-dir       ${at("run")} (free)`);
  expect(said).toContain("Nothing was started.");
  expect(readdirSync(at())).toEqual(["corpus.jsonl"]);
});

test("--dry-run tells a control where there is one", async () => {
  const asked = { corpus: corpus(), out_dir: at("run") };
  expect(await dryRun(asked)).not.toMatch(/^control/m);
  const said = await dryRun({ ...asked, control: "shuffled" });
  expect(said).toMatch(/^control +shuffled: the words of every text in a random order/m);
});

test("--dry-run tells of workers, and asks no cluster", async () => {
  const asked = { corpus: corpus(), out_dir: at("run") };
  expect(await dryRun(asked)).not.toMatch(/^workers/m);
  const ray = { address: "h:1", workers: null, gpus_per_worker: 0.5 };
  expect(await dryRun(asked, { ray })).toMatch(
    /^workers +one for each GPU, or else for each node, 0\.5 GPU each, on the Ray cluster at h:1 \(not asked now\)/m,
  );
  expect(await dryRun(asked, { ray: { ...ray, workers: 3, gpus_per_worker: null } })).toMatch(
    /^workers +3, on the Ray cluster at h:1/m,
  );
  expect(JSON.parse(await dryRun(asked, { ray, json: true })).ray).toEqual(ray);
  const error = await rejectionOf(dryRun({ ...asked, device: "mps" }, { ray }));
  expect(error.message).toContain("--device mps with --engine ray");
});

test("--dry-run --json is the same for machines", async () => {
  const flags = { corpus: corpus(), out_dir: at("run") };
  const plan = JSON.parse(await dryRun(flags, { json: true }));
  expect(plan).toMatchObject({
    schema_version: 1,
    config: { ...flags, model: "demo" },
    out_dir_holds: "free",
    languages: [
      { language: "eng_Latn", texts: 2, bytes: 4 },
      { language: "spa_Latn", texts: 1, bytes: 2 },
    ],
  });
});

test("what is not fetched yet is not claimed to be known", async () => {
  const said = await dryRun({ corpus: "flores", n_texts_per_lang: 7, out_dir: at("run") });
  expect(said).toMatch(/^eng_Latn +English +≤ 7 +\(known once fetched\)$/m);
});

test("flags win over the config file", async () => {
  writeFileSync(at("run.yaml"), `corpus: "${corpus()}"\nbatch_tokens: 77\nseed: 3\n`);
  const config = at("run.yaml");
  const plan = JSON.parse(await dryRun({ seed: 4, out_dir: at("run") }, { config, json: true }));
  expect(plan.config).toMatchObject({ batch_tokens: 77, seed: 4 });
});

test("--resume takes up the config of the run that was begun", async () => {
  const begun = configOf({ corpus: corpus(), batch_tokens: 77, split: null });
  mkdirSync(at("run"));
  writeFileSync(at("run", RUN_FILES.config), JSON.stringify(begun));
  const output = collectingOutput();
  await compute(
    {
      flags: { out_dir: at("run") },
      dryRun: true,
      json: true,
      resume: true,
      overwrite: false,
      stallTimeout: 0,
      selfCheck: true,
    },
    output,
    signal,
  );
  const { config, out_dir_holds } = JSON.parse(output.results);
  expect(config).toEqual({ ...begun, out_dir: at("run") });
  expect(out_dir_holds).toBe("unfinished");
});

test("a split that was asked for is refused where the corpus has none", async () => {
  const error = await rejectionOf(
    dryRun({ corpus: corpus(), split: "devtest", out_dir: at("run") }),
  );
  expect(error.message).toContain("--split devtest");
});

test("an out-dir with other files is refused", async () => {
  writeFileSync(at("notes.txt"), "");
  const error = await rejectionOf(dryRun({ corpus: corpus(), out_dir: at() }));
  expect(error.message).toContain("holds files that are not a run");
});

test("a dry run says what would be refused for want of memory", async () => {
  const small = await dryRun({ corpus: corpus(), device: "cpu" }, { maxMemory: 1e6 });
  expect(small).toMatch(
    /warning: --max-memory 1\.0 MB is less than .*it would be refused before it begins/,
  );
  const large = await dryRun({ corpus: corpus(), device: "cpu", batch_tokens: 1e12 });
  expect(large).toMatch(/warning: this machine has .* and the run is likely to need/);
  expect(await dryRun({ corpus: corpus() }, { maxMemory: 1e12 })).not.toContain("memory, and");
});
