import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LANGUAGE_SETS } from "../../src/config/languages.js";
import { projectRoot } from "../../src/config/paths.js";
import { RunConfig } from "../../src/config/schema.js";
import { openRun } from "../../src/runs/read.js";
import { topFeatures } from "../../src/runs/top-features.js";
import { itExhaustively } from "../fixtures/exhaustive.js";
import { startHub, warmHome } from "../fixtures/hub-homes.js";
import type { LoopbackHub } from "../fixtures/loopback-hub.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
let hub: LoopbackHub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.stop());

const SCRIPTS = [
  ["run_gemma_reprod", "gemma-2b", "paper", 100, "run_reprod_fig_1"],
  ["run_gemma_diverse_langs_all", "gemma-2b", "paper", -1, "run_insight_1_all"],
  ["run_gemma_diverse_langs_small", "gemma-2b", "paper", 25, "run_insight_1_small"],
  ["run_gemma_similar_langs", "gemma-2b", "similar", 100, "run_insight_2"],
  ["run_gemma_underrepresented_langs", "gemma-2b", "underrepresented", 100, "run_insight_4"],
  ["run_qwen_reprod", "qwen3-0.6b", "paper", 100, "qwen_run_reprod_fig_1"],
] as const;

const script = (name: string) => join(projectRoot, "scripts", `${name}.sh`);

describe.each(SCRIPTS)("%s.sh", (name, model, set, texts, folder) => {
  // Those with Gemma take half a minute each.
  const run =
    model === "gemma-2b" && name !== "run_gemma_underrepresented_langs" ? itExhaustively : it;
  run("runs to its end, over the languages, layers and texts that its name promises", async () => {
    const env = { ...hub.env(warmHome()), CI: "true", NO_COLOR: "1" };
    // What is given on its command line goes on to the command in it, and wins.
    // Stand-ins have random weights, and rebuild nothing.
    const args = ["--out-dir", at(folder), "--no-self-check"];
    const ended = await execa(script(name), args, { env, reject: false, cwd: at() });
    expect(ended.stderr).toContain("collecting examples");
    expect(ended.exitCode).toBe(0);
    const run = openRun(at(folder));
    expect(run.meta).toMatchObject({
      model,
      languages: [...(LANGUAGE_SETS[set] ?? [])],
      layers: [0, 2, 5, 10, 15, 20],
      n_texts_per_lang: texts,
      split: "dev",
      corpus: "flores",
      ...{ special_tokens: "drop", first_token: "drop", pool: "token", hook: "metadata" },
    });
    // The stand-in for FLORES+ has 12 sentences, one of them not in Thai.
    const joined = set === "paper" ? 11 : 12;
    expect(Object.values(run.meta.texts)).toEqual(run.meta.languages.map(() => joined));
    const isShort = run.meta.warnings.some((text) => text.startsWith(`fewer than ${texts} texts`));
    expect(isShort).toBe(texts !== -1);
    expect(topFeatures(run, { topK: 1 }).every(({ v }) => v > 0)).toBe(true);
    // Its own folder is that of the original tool.
    expect(readFileSync(script(name), "utf8")).toContain(`--out-dir v_score_runs/${folder} "$@"`);
    expect(
      RunConfig.parse(JSON.parse(readFileSync(at(folder, "config.json"), "utf8"))),
    ).toBeTruthy();
  });
});
