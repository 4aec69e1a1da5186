import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { vscore } from "../fixtures/command.js";
import { runPython } from "../fixtures/python.js";
import { useSharedTempFolder } from "../fixtures/temp-folder.js";

const at = useSharedTempFolder();

/** Results in the shapes of the ablation repository's scripts, with made-up numbers, and files that would run something. */
const MAKE = `
import os, pickle, sys
from pathlib import Path
import numpy as np
folder = Path(sys.argv[1])
LANGUAGES = ["en", "es", "fr", "ja", "ko", "pt", "th", "vi", "zh", "ar"]
LAYERS = [0, 5, 10]
rng = np.random.default_rng(0)
def save(name, value):
    (folder / name).write_bytes(pickle.dumps(value))
per_layer = rng.normal(size=(10, 10, 3))
save("interaction_matrix_avg_layers.pkl", {"M": per_layer.mean(axis=2), "M_per_layer": per_layer,
    "languages": LANGUAGES, "layers": LAYERS, "top_k": 2, "method": "avg_layers"})
effects = {a: {e: [np.float64(0.5), float("nan"), 0.25] for e in LANGUAGES} for a in LANGUAGES}
save("fig5_old.pkl", {"fig5_data": effects, "fig5_mean": {a: {e: float("nan") for e in LANGUAGES} for a in LANGUAGES}})
save("fig5_cache.pkl", {"fig5_data": {"top-1": effects, "top-1+2": effects}, "layers": LAYERS, "configs": ["top-1", "top-1+2"]})
save("fig6_cache.pkl", {"fig6_data": {a: {c: {a: rng.normal(size=3), "fr": []} for c in ("top-1", "top-2", "top-1+2")} for a in ("en", "ja")},
    "layers": LAYERS, "fig6_triples": {"en": ("en", "fr", "zh"), "ja": ("ja", "ko", "es")}})
pairs = [(a, b) for i, a in enumerate(LANGUAGES) for b in LANGUAGES[i + 1:]]
one = {"delta_A": 1.0, "delta_B": 2.0, "delta_AB": 3.5, "synergy": 0.5, "additive": 3.0}
save("cross_language_synergy.pkl", {"results": {pair: dict(one) for pair in pairs}, "lang_to_cluster": {l: np.int32(i % 3) for i, l in enumerate(LANGUAGES)},
    "all_pairs": pairs, "intra_pairs": pairs[:3], "inter_pairs": pairs[3:], "n_clusters": 3})
ordered = [(a, b) for a in LANGUAGES for b in LANGUAGES if a != b]
layer = {"delta_a": 1.0, "delta_b": 2.0, "delta_ab": np.float32(3.5), "synergy": 0.5}
save("cluster_synergy_cache.pkl", {"synergy_data": {pair: [layer] * 3 for pair in ordered}, "layers": LAYERS, "clusters": {1: ["th"], 2: ["ar"]}})
save("downstream_results_layer10.pkl", {"results": {"qa": {"en": {"baseline": 41.5, "top-1+2": 0.5}}}, "ablation_layer": 10, "n_samples": 200, "n_per_class": 40})
class Code:
    def __reduce__(self):
        return os.system, (f"touch {folder / 'ran'}",)
save("code.pkl", {"M": Code()})
save("objects.pkl", {"M": np.array([Code()], dtype=object)})
save("unknown.pkl", {"alpha": 1, "beta": [2]})
`;

const GOOD = [
  "interaction_matrix_avg_layers.pkl",
  "fig5_old.pkl",
  "fig5_cache.pkl",
  "fig6_cache.pkl",
  "cross_language_synergy.pkl",
  "cluster_synergy_cache.pkl",
  "downstream_results_layer10.pkl",
];

beforeAll(() => runPython(MAKE, [at()]));

it("results of the ablation repository become JSON; the matrix survives its way through a table", async () => {
  const table = "task,metric,lang,baseline,ablated,delta\nQA,F1,en,41.4,0.3,-41.1\n";
  writeFileSync(at("downstream_results.csv"), table);
  const files = [...GOOD, "downstream_results.csv"];
  const into = at("imported");
  const named = files.map((name) => at(name));
  const { exitCode, stdout, stderr } = await vscore("import", ...named, "--into", into, "--json");
  expect([exitCode, stderr]).toEqual([0, ""]);
  const { imported } = JSON.parse(stdout);
  expect(
    imported.map(({ kind, numbers, missing }: Record<string, unknown>) => [kind, numbers, missing]),
  ).toEqual([
    ["interaction-matrix", 100 + 300, 0],
    ["ablation-by-layer", 200, 100],
    ["ablation-by-layer", 400, 200],
    ["joint-ablation-by-layer", 18, 0],
    ["language-synergy", 45 * 5, 0],
    ["synergy-by-layer", 90 * 3 * 4, 0],
    ["downstream", 2, 0],
    ["downstream", 2, 0],
  ]);
  for (const [place, name] of files.entries()) {
    const sha256 = createHash("sha256")
      .update(readFileSync(at(name)))
      .digest("hex");
    const result = JSON.parse(readFileSync(at("imported", `${name}.json`), "utf8"));
    expect(result.source).toEqual({ file: name, format: imported[place].source.format, sha256 });
  }
  const read = (name: string) => JSON.parse(readFileSync(at("imported", `${name}.json`), "utf8"));
  expect(read("cross_language_synergy.pkl").data.pairs["en|fr"].synergy).toBe(0.5);
  expect(read("cross_language_synergy.pkl").data.clusters.fr).toBe(2);
  expect(read("fig6_cache.pkl").data.triples.ja).toEqual(["ja", "ko", "es"]);

  const matrix = at("imported", "interaction_matrix_avg_layers.pkl.matrix.csv");
  const again = await vscore("import", matrix, "--into", at("again"));
  expect(again.stdout).toMatch(
    /interaction-matrix +en es fr ja ko pt th vi zh ar +not told +100 +0/,
  );
  const name = "interaction_matrix_avg_layers.pkl.matrix.csv";
  expect(JSON.parse(readFileSync(at("again", `${name}.json`), "utf8")).data.matrix).toEqual(
    read("interaction_matrix_avg_layers.pkl").data.matrix,
  );
  // As scripts read a matrix: pandas' rule is that of the csv module here.
  const told = await runPython(
    `import csv, json, pickle, sys
rows = list(csv.reader(open(sys.argv[1])))
M = pickle.load(open(sys.argv[2], "rb"))["M"]
print(rows[0][0] == "" and [row[0] for row in rows[1:]] == rows[0][1:] and [[float(c) for c in row[1:]] for row in rows[1:]] == M.tolist())`,
    [matrix, at("interaction_matrix_avg_layers.pkl")],
  );
  expect(told).toBe("True");
});

it("what may be code is named and not run; what is unknown is told by its keys; nothing is written", async () => {
  const told = async (...names: string[]) =>
    vscore("import", ...names.map((name) => at(name)), "--into", at("refused"));
  const code = await told("fig5_cache.pkl", "code.pkl");
  expect(code.exitCode).toBe(2);
  expect(code.stderr).toContain("code.pkl is refused: it names posix system, which may be code");
  expect((await told("objects.pkl")).stderr).toContain("numpy's dtype 'O8'");
  const unknown = await told("unknown.pkl");
  expect(unknown.exitCode).toBe(2);
  expect(unknown.stderr).toContain("unknown.pkl has the keys alpha, beta. Expected a result of");
  expect(existsSync(at("ran"))).toBe(false);
  expect(readdirSync(at())).not.toContain("refused");
});
