import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { openRun, openSums } from "../../src/runs/read.js";
import { vscoreIn } from "../fixtures/command.js";
import { copyWarmHome, startHub, warmHome } from "../fixtures/hub-homes.js";
import type { LoopbackHub } from "../fixtures/loopback-hub.js";
import { runPython } from "../fixtures/python.js";
import { bruteForce, expectAgreement } from "../fixtures/reference.js";
import { useSharedTempFolder } from "../fixtures/temp-folder.js";

const folder = useSharedTempFolder();
let hub: LoopbackHub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.stop());

const FLORES = "datasets/openlanguagedata/flores_plus";
// One language lacks a sentence, another has them in reverse order.
const LANGUAGES = ["eng_Latn", "tha_Thai", "kor_Hang"];
/** Stand-ins have random weights, and rebuild nothing. */
const compute = (model: string, out: string, ...more: string[]) => [
  ...["compute", "--model", model, "--languages", LANGUAGES.join(","), "--layers", "2,20"],
  ...["--n-texts-per-lang", "4", "--out-dir", join(folder(), out), "--no-self-check", ...more],
];
const served = (...parts: string[]) => join(inject("standIns"), "hub", ...parts);

/** The first sentences that every language has, straight from the files. */
async function sharedSentences(): Promise<Record<string, string[]>> {
  const told = await runPython(
    `import json, sys, pyarrow.parquet as p
rows = [dict(zip(*(p.read_table(f)[c].to_pylist() for c in ("id", "text")))) for f in sys.argv[1:]]
ids = [i for i in rows[0] if all(i in of for of in rows)][:4]
print(json.dumps([ids, [[of[i] for i in ids] for of in rows]]))`,
    LANGUAGES.map((code) => served(FLORES, "dev", `${code}.parquet`)),
  );
  const [ids, texts] = JSON.parse(told);
  expect(ids).toEqual([1, 2, 4, 5]);
  return Object.fromEntries(LANGUAGES.map((code, at) => [code, texts[at]]));
}

describe.each([
  {
    model: "gemma-2b",
    id: "google/gemma-2-2b",
    dictionaries: "google/gemma-scope-2b-pt-res",
    paths: ["layer_2/width_16k/average_l0_141", "layer_20/width_16k/average_l0_71"],
    file: "params.npz",
    hook: "hook_resid_post",
    bos: true,
    offline: "HF_HUB_OFFLINE",
  },
  {
    model: "qwen3-0.6b",
    id: "Qwen/Qwen3-0.6B",
    dictionaries: "mwhanna/qwen3-0.6b-transcoders-lowl0",
    paths: ["layer_2.safetensors", "layer_20.safetensors"],
    file: "",
    hook: "mlp.hook_in",
    bos: false,
    offline: "TRANSFORMERS_OFFLINE",
  },
])("the preset $model", (preset) => {
  const { model, id, dictionaries, paths } = preset;
  const home = () => join(folder(), `home-${model}`);

  beforeAll(async () => {
    hub.forget();
    const ended = await vscoreIn(hub.env(home()), ...compute(model, model));
    expect(ended.stderr).toContain("Finished");
    expect(ended.exitCode).toBe(0);
  });

  it("says by which commits of model, dictionaries and texts it was computed, and what was read", () => {
    const { meta } = openRun(join(folder(), model));
    expect(meta.model_revision).toBe(hub.commit(id));
    expect(meta.corpus_revision).toBe(hub.commit(FLORES));
    expect(meta.dictionaries).toMatchObject(
      [2, 20].map((layer, at) => ({
        layer,
        revision: hub.commit(dictionaries),
        source: `${dictionaries}/${paths[at]}`,
        hook_name: `blocks.${layer}.${preset.hook}`,
      })),
    );
    const [first, ...misfits] = meta.warnings;
    expect([first]).toEqual([
      expect.stringMatching(
        /^sentences that not every language has are left out \(eng_Latn 1 of 12, kor_Hang 1 of 12\); the fewest, 11, are there in /,
      ),
    ]);
    // Random weights rebuild nothing, which is said where there are tokens enough to tell.
    for (const warning of misfits)
      expect(warning).toMatch(
        /^layer (2|20): (its dictionary leaves more|model and dictionary do not fit)/,
      );
  });

  it("asks for files of one commit of the model and of the corpus, each file once", () => {
    const files = hub.requests.filter(({ method }) => method === "GET").map(({ path }) => path);
    expect(files.length).toBeGreaterThan(8);
    expect(new Set(files.filter((path) => !path.startsWith("/api/"))).size).toBe(
      files.filter((path) => !path.startsWith("/api/")).length,
    );
    const asked = hub.requests.map(({ path }) => path);
    for (const repository of [id, FLORES]) {
      const ofFiles = asked.filter((path) => path.startsWith(`/${repository}/resolve/`));
      const commits = new Set(ofFiles.map((path) => path.split("/resolve/")[1]?.split("/")[0]));
      expect([...commits]).toEqual([hub.commit(repository)]);
    }
    expect(asked.filter((path) => path.startsWith("/api/datasets"))).toHaveLength(2);
  });

  it("has the means and the ranking of a brute-force reference", async () => {
    const run = openRun(join(folder(), model));
    const wanted = await bruteForce({
      folder: folder(),
      modelPath: served("models", id),
      dictionaries: new Map(
        [2, 20].map((layer, at) => [
          layer,
          served("models", dictionaries, paths[at] as string, preset.file),
        ]),
      ),
      texts: await sharedSentences(),
      rules: { special_tokens: "drop", first_token: "drop", pool: "token" },
    });
    // In float32, twenty layers of a batch and of one text at a time round apart by some 1e-5, on some processors by more.
    expectAgreement(run, wanted, 1e-4);
    for (const { mean } of run.statistics.values()) expect(Math.max(...mean)).toBeGreaterThan(0.1);
  });

  it("counts the same sentences in every language, and BOS in none", () => {
    const run = openRun(join(folder(), model));
    for (const language of LANGUAGES) {
      const { texts, tokens, counted } = openSums(run, language);
      expect(texts.map(({ id: text }) => text)).toEqual(["1", "2", "4", "5"]);
      // The first position is dropped either way: BOS where there is one, else a token of the text.
      expect([...counted]).toEqual([...tokens].map((n) => n - 1));
    }
  });

  it("gives the same bytes again offline, without a single request", async () => {
    hub.forget();
    const env = { ...hub.env(home()), [preset.offline]: "1" };
    const ended = await vscoreIn(env, ...compute(model, `${model}-offline`));
    expect(ended.stderr).toContain("Finished");
    expect(hub.requests).toEqual([]);
    const [first, second] = [model, `${model}-offline`].map((out) => join(folder(), out));
    const files = [
      ...["v_scores.pt", "v_scores.safetensors", "feature_stats.safetensors", "examples.json"],
      ...readdirSync(join(first as string, "sums")).map((name) => join("sums", name)),
    ];
    expect(files).toHaveLength(7);
    for (const file of files) {
      const [bytes, again] = [first, second].map((run) => readFileSync(join(run as string, file)));
      expect(again?.equals(bytes as Buffer), file).toBe(true);
    }
  });
});

describe("a revision that was asked for", () => {
  it("is what model and texts come from", async () => {
    const home = await copyWarmHome(join(folder(), "home-revisions"));
    const model = hub.push("Qwen/Qwen3-0.6B", { "README.md": Buffer.from("tagged\n") }, "v1");
    const english = readFileSync(served(FLORES, "dev", "spa_Latn.parquet"));
    const corpus = hub.push(FLORES, { "dev/eng_Latn.parquet": english }, "v2");
    const asked = ["--model-revision", "v1", "--corpus-revision", "v2"];
    const ended = await vscoreIn(hub.env(home), ...compute("qwen3-0.6b", "revisions", ...asked));
    expect(ended.stderr).toContain("Finished");
    const first = openRun(join(folder(), "revisions"));
    expect(first.meta).toMatchObject({ model_revision: model, corpus_revision: corpus });
    const newest = openRun(join(folder(), "qwen3-0.6b")).meta.texts_sha256;
    expect(first.meta.texts_sha256.tha_Thai).toBe(newest.tha_Thai);
    expect(first.meta.texts_sha256.eng_Latn).not.toBe(newest.eng_Latn);
  });
});

describe("a Hub that does not answer", () => {
  it("is done without where the cache has everything: the commits of last time are taken, with a warning", async () => {
    const env = { ...hub.env(warmHome()), HF_ENDPOINT: "http://127.0.0.1:9" };
    const ended = await vscoreIn(env, ...compute("qwen3-0.6b", "unanswered"));
    expect(ended.stderr).toContain("Finished");
    const { meta } = openRun(join(folder(), "unanswered"));
    expect(meta.model_revision).toBe(hub.commit("Qwen/Qwen3-0.6B"));
    expect(meta.corpus_revision).toBe(hub.commit(FLORES));
    expect(meta.warnings.filter((text) => /the Hub did not answer/.test(text))).toHaveLength(2);
  });
});
