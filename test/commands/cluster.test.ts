import { mkdirSync, writeFileSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { type ClusterOptions, cluster } from "../../src/commands/cluster.js";
import type { FinishedRun } from "../../src/runs/read.js";
import { rejectionOf } from "../fixtures/failure.js";
import { collectingOutput } from "../fixtures/output.js";
import { metaOf, runOf, writeRun } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";
import { threeLanguageRun } from "../fixtures/tui.js";

const at = useTempFolder();
const never = new AbortController().signal;

beforeEach(() => {
  writeRun(at("run"), threeLanguageRun() as FinishedRun);
  writeFileSync(at("m.csv"), ",en,fr\nen,1.0,0.2\nfr,0.1,1.0\n");
});

/** What is refused here is refused before the engine is started: none of these tests starts one. */
const refused = (name: string, options: Partial<ClusterOptions> = {}) =>
  rejectionOf(cluster(at(name), { json: false, ...options }, collectingOutput(), never));

test.each<[string, string, Partial<ClusterOptions>, string]>([
  ["two cuts", "run", { k: 2, cut: 0.5 }, "Found --k 2 and --cut 0.5. Expected one of them."],
  ["no cut", "run", { cut: 0 }, "--cut 0 is no height in the tree."],
  ["too many clusters", "run", { k: 4 }, "--k 4: there are 3 languages."],
  ["too many clusters of a matrix", "m.csv", { k: 3 }, "--k 3: there are 2 languages."],
  [
    "a layer that is not there",
    "run",
    { layers: [1, 9] },
    "--layers 9: the run run has the layers",
  ],
  ["what is no layer", "run", { layers: ["x"] }, "--layers x: the run run has the layers 1, 2."],
  [
    ...(["more features than there are", "run", { topK: 5 }] as const),
    "--top-k 5: the dictionary of layer 1 in run has 4 features.",
  ],
  [
    ...(["features where none are chosen", "run", { by: "v-profile", topK: 3 }] as const),
    "--top-k 3 has no meaning with --by v-profile. Expected it with --by overlap of a run.",
  ],
  [
    ...(["layers of a matrix", "m.csv", { layers: [1] }] as const),
    "--layers 1 has no meaning with --by interactions. Expected it with --by overlap or v-profile",
  ],
  [
    ...(["features of a matrix", "m.csv", { topK: 3 }] as const),
    "--top-k 3 has no meaning with --by interactions.",
  ],
  [
    ...([
      "a ranking where none is looked at",
      "run",
      { by: "v-profile", rankBy: "margin" },
    ] as const),
    "--rank-by margin has no meaning with --by v-profile. Expected it with --by overlap of a run.",
  ],
  [
    ...(["a ranking of a matrix", "m.csv", { rankBy: "dz" }] as const),
    "--rank-by dz has no meaning with --by interactions.",
  ],
  [
    ...(["a ranking by which no feature is shared", "run", { rankBy: "tau" }] as const),
    "no two languages share any, and --by overlap is about what they share.",
  ],
  [
    ...(["a ranking that the run does not know", "run", { rankBy: "auroc" }] as const),
    "--rank-by auroc: the run run has no evidence.safetensors",
  ],
  [
    ...(["another measure of a matrix", "m.csv", { by: "overlap" }] as const),
    "m.csv is an interaction matrix, which has no v-scores. Expected --by interactions.",
  ],
  [
    ...(["a run without an ablation", "run", { by: "interactions" }] as const),
    "run has no experiments/interactions-<n>/interaction_matrix_avg_layers.csv.",
  ],
  ["a matrix that is not there", "no.csv", {}, "no.csv cannot be read (ENOENT)."],
  ["a run that is not there", "no", {}, "There is no run"],
])("%s: refused with what was found and what to do", async (_, name, options, words) => {
  const error = await refused(name, {
    topK: name === "run" && options.by === undefined ? 2 : undefined,
    ...options,
  });
  expect(error.message).toContain(words);
  expect(error.exitCode).toBe(2);
});

test("fifty features are the default, and are refused where there are fewer", async () => {
  expect((await refused("run")).message).toContain("--top-k 50: the dictionary of layer 1");
});

test("what is found in a folder stays: a run, or anything else", async () => {
  for (const output of [at("run"), at("run", "meta.json")]) {
    const error = await refused("m.csv", { output });
    expect(error.message).toContain(`--output ${output} `);
    expect(error.exitCode).toBe(2);
  }
});

test("a run of one language has nothing to join", async () => {
  writeRun(at("one"), runOf(metaOf({ languages: ["eng_Latn"], layers: [1] }), { 1: [[1, 0]] }));
  expect((await refused("one", { topK: 1 })).message).toContain("Found one language, eng_Latn.");
});

test("a folder whose name ends like that of a matrix is a run", async () => {
  mkdirSync(at("folder.csv"));
  expect((await refused("folder.csv")).message).toContain("has no meta.json");
});
