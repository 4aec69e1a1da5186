import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { pythonRoot } from "../../src/config/paths.js";
import { readLocalCorpus } from "../../src/corpora/local-corpora.js";
import { openRun } from "../../src/runs/read.js";
import { vscore } from "../fixtures/command.js";
import { runPython } from "../fixtures/python.js";
import {
  bruteForce,
  expectAgreement,
  expectClose,
  type ReferenceRequest,
} from "../fixtures/reference.js";
import { useSharedTempFolder } from "../fixtures/temp-folder.js";

const LANGUAGES = ["eng_Latn", "jpn_Jpan", "por_Latn", "tha_Thai"];
const TEXTS = 12;
const folder = useSharedTempFolder();
const dictionaries = {
  demo: ["saes", [1, 2, 3]],
  "demo-transcoder": ["transcoders", [2]],
} as const;

const compute = (model: string, out: string, ...more: string[]) =>
  vscore(
    ...[
      "compute",
      "--model",
      model,
      "--languages",
      LANGUAGES.join(","),
      "--n-texts-per-lang",
      String(TEXTS),
    ],
    ...["--out-dir", join(folder(), out), ...more],
  );

/** What the run was made from, and by which rules. */
function reference(model: keyof typeof dictionaries, rules: ReferenceRequest["rules"]) {
  const corpus = readLocalCorpus("udhr", "dev", true);
  const texts = LANGUAGES.map((code) => {
    const lines = corpus.languages.get(code)?.map(({ text }) => text) ?? [];
    return [code, lines.slice(0, TEXTS)] as const;
  });
  const [kind, layers] = dictionaries[model];
  return bruteForce({
    folder: folder(),
    modelPath: join(pythonRoot, "demo", "model"),
    dictionaries: new Map(
      layers.map((layer) => [layer, join(pythonRoot, "demo", kind, `layer_${layer}`)]),
    ),
    texts: Object.fromEntries(texts),
    rules,
  });
}

describe.each([
  ["demo", { special_tokens: "drop", first_token: "drop", pool: "token" }],
  ["demo-transcoder", { special_tokens: "keep", first_token: "keep", pool: "text" }],
] as const)("the v-scores of %s", (model, rules) => {
  beforeAll(async () => {
    const flags = Object.entries(rules).flatMap(([key, value]) => [
      `--${key.replace("_", "-")}`,
      value,
    ]);
    const ended = await compute(model, model, ...flags);
    expect(ended.stderr).toContain("Finished");
  });

  it("are those of a brute-force reference: means to 1e-5, the same top 50", async () => {
    const run = openRun(join(folder(), model));
    expectAgreement(run, await reference(model, rules));
  });

  it("are read by score.py: int layers, int64 and float32 [K, F], languages by attribute and by key", async () => {
    const run = openRun(join(folder(), model));
    const layer = run.meta.layers[0];
    const told = await runPython(
      `import json, sys
sys.path.insert(0, ${JSON.stringify(join(pythonRoot, ".."))})
from score import load_v_score_run
meta, layers = load_v_score_run(${JSON.stringify(run.folder)})
entry = layers[${layer}]
index, value = entry["top_index_per_lan"], entry["top_values_per_lan"]
print(json.dumps([meta.languages, meta["languages"], list(layers), str(index.dtype), str(value.dtype),
  list(index.shape), index[:, :3].tolist(), value[:, :3].tolist()]))`,
    );
    const ranking = run.rankings.get(layer as number);
    const { features, index, value } = ranking as NonNullable<typeof ranking>;
    const firsts = (from: Int32Array | Float32Array) =>
      LANGUAGES.map((_, k) => [...from.slice(k * features, k * features + 3)]);
    expect(JSON.parse(told)).toEqual([
      ...[LANGUAGES, LANGUAGES, run.meta.layers, "torch.int64", "torch.float32", [4, features]],
      ...[firsts(index), firsts(value)],
    ]);
  });
});

describe("the plan", () => {
  it("changes no mean beyond the promised tolerance: batches of one text as against many", async () => {
    await compute("demo", "small-batches", "--batch-tokens", "1");
    const [many, single] = [
      openRun(join(folder(), "demo")),
      openRun(join(folder(), "small-batches")),
    ];
    for (const [layer, { mean }] of many.statistics) {
      expectClose(single.statistics.get(layer)?.mean as Float32Array, mean);
    }
  });

  it("decides every byte: the same plan in another folder gives the same files", async () => {
    await compute("demo", "again");
    for (const file of [
      "v_scores.pt",
      "v_scores.safetensors",
      "feature_stats.safetensors",
      "examples.json",
    ]) {
      const [first, second] = ["demo", "again"].map((name) =>
        readFileSync(join(folder(), name, file)),
      );
      expect(second?.equals(first as Buffer), file).toBe(true);
    }
  });
});

describe("rescore", () => {
  it("gives the same bytes over all languages, and those of a run of their own over some", async () => {
    const run = join(folder(), "demo");
    const all = await vscore(
      "rescore",
      run,
      "--languages",
      LANGUAGES.join(","),
      "--out-dir",
      join(folder(), "all"),
    );
    expect(all.exitCode).toBe(0);
    for (const file of ["v_scores.pt", "v_scores.safetensors", "feature_stats.safetensors"]) {
      expect(
        readFileSync(join(folder(), "all", file)).equals(readFileSync(join(run, file))),
        file,
      ).toBe(true);
    }
    const two = ["tha_Thai", "eng_Latn"].join(",");
    await vscore("rescore", run, "--languages", two, "--out-dir", join(folder(), "two"));
    await compute("demo", "two-computed", "--languages", two);
    const scores = ["two", "two-computed"].map((name) =>
      readFileSync(join(folder(), name, "v_scores.pt")),
    );
    expect(scores[1]?.equals(scores[0] as Buffer)).toBe(true);
  });
});

describe("examples.json", () => {
  it("shows real parts of the texts, the strongest token among them", () => {
    const run = openRun(join(folder(), "demo"));
    const examples = JSON.parse(readFileSync(join(run.folder, "examples.json"), "utf8"));
    const corpus = readLocalCorpus("udhr", "dev", true);
    expect(examples.features.length).toBeGreaterThan(3 * LANGUAGES.length);
    for (const { contexts } of examples.features) {
      const maxima = contexts.map(({ activations }: { activations: (number | null)[] }) =>
        Math.max(...activations.map((value) => value ?? 0)),
      );
      expect(maxima).toEqual([...maxima].sort((a, b) => b - a));
      for (const { language, id, pieces } of contexts) {
        const text = corpus.languages.get(language)?.find((entry) => entry.id === id)?.text;
        expect(`<bos>${text}`).toContain(pieces.join(""));
      }
    }
  });
});
