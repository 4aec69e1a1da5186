import { describe, expect, test } from "vitest";
import { FLORES_PLUS } from "../../src/config/flores-plus.js";
import { resolveConfig } from "../../src/config/resolve.js";
import { CONFIG_KEYS, FLAG, type PartialConfig, RunConfig } from "../../src/config/schema.js";
import { failureOf } from "../fixtures/failure.js";

/** What is said of a demo run with this changed. */
const refusal = (flags: PartialConfig): string => {
  const error = failureOf(() => resolveConfig({ model: "demo", ...flags }));
  expect(error.exitCode).toBe(2);
  return error.message;
};

describe("a field that is wrong is refused by its flag", () => {
  test.each<[PartialConfig, string]>([
    [{ model_id: "" }, '--model-id: found ""'],
    [{ sae_release: 3 }, "--sae-release: found 3, expected a sae_lens release or a folder"],
    [{ sae_id_template: "layer_1" }, '--sae-id-template: found "layer_1", expected {layer} in it'],
    [{ languages: ["eng_Latn"] }, '--languages: found ["eng_Latn"], expected at least 2 languages'],
    [{ languages: "eng_Latn" }, '--languages: found "eng_Latn", expected a list'],
    [
      { languages: ["eng_Latn", "spa_Latn", "eng_Latn"] },
      "expected each language once, found twice: eng_Latn.",
    ],
    [
      { languages: ["eng_Latn", "Spanish"] },
      '--languages: found "Spanish", expected a FLORES+ code',
    ],
    [{ layers: [] }, "--layers: found [], expected at least 1 layer"],
    [{ layers: [-1] }, "--layers: found -1, expected a whole number ≥ 0"],
    [{ layers: [1.5] }, "--layers: found 1.5, expected a whole number ≥ 0"],
    [{ layers: ["5-2"] }, '--layers: found "5-2", expected a whole number ≥ 0'],
    [{ layers: [2, 1, 2] }, "expected each layer once, found twice: 2."],
    [{ n_texts_per_lang: 0 }, "--n-texts-per-lang: found 0, expected a whole number ≥ 1, or -1"],
    [{ n_texts_per_lang: -2 }, "--n-texts-per-lang: found -2, expected a whole number ≥ 1, or -1"],
    [{ n_texts_per_lang: "ten" }, '--n-texts-per-lang: found "ten", expected a whole number ≥ 1'],
    [{ n_texts_per_lang: 1.5 }, "--n-texts-per-lang: found 1.5, expected a whole number ≥ 1"],
    [{ split: "train" }, '--split: found "train", expected dev or devtest'],
    [{ corpus: "wikipedia" }, '--corpus: found "wikipedia", expected flores, udhr, manuals'],
    [{ corpus: "jsonl:" }, '--corpus: found "jsonl:", expected'],
    [{ corpus_revision: "" }, '--corpus-revision: found ""'],
    [{ model_revision: 3 }, "--model-revision: found 3, expected a commit, tag or branch"],
    [{ hook: "resid" }, '--hook: found "resid", expected metadata or block-output'],
    [{ sample: "last" }, '--sample: found "last", expected first, random or paper'],
    [{ special_tokens: "no" }, '--special-tokens: found "no", expected drop or keep'],
    [{ first_token: true }, "--first-token: found true, expected drop or keep"],
    [{ pool: "word" }, '--pool: found "word", expected token or text'],
    [{ device: "gpu" }, '--device: found "gpu", expected auto, cpu, cuda, cuda:N or mps'],
    [{ dtype: "int8" }, '--dtype: found "int8", expected auto, float32, tf32, bfloat16'],
    [{ deterministic: "yes" }, '--deterministic: found "yes", expected true or false'],
    [{ batch_tokens: 0 }, "--batch-tokens: found 0, expected a whole number ≥ 1"],
    [{ threads: 0 }, "--threads: found 0, expected a whole number ≥ 1"],
    [{ seed: -1 }, "--seed: found -1, expected a whole number ≥ 0"],
    [{ out_dir: "" }, '--out-dir: found ""'],
  ])("%j", (flags, words) => {
    expect(refusal(flags)).toContain(words);
  });

  test("a malformed language code comes with the codes that it may have meant", () => {
    expect(refusal({ languages: ["eng_Latn", "es"] })).toContain("Did you mean spa_Latn?");
    expect(refusal({ languages: ["eng_latn", "spa_Latn"] })).toContain("Did you mean eng_Latn");
  });

  test("every wrong field is named at once, each once", () => {
    const lines = refusal({ batch_tokens: 0, seed: -1, layers: [-1, -1] }).split("\n");
    expect(lines.map((line) => line.slice(0, line.indexOf(":"))).sort()).toEqual([
      "--batch-tokens",
      "--layers",
      "--layers",
      "--seed",
    ]);
  });
});

test.each(["auto", "cpu", "mps", "cuda", "cuda:3"])("device %s is allowed", (device) => {
  expect(resolveConfig({ model: "demo", device }).config.device).toBe(device);
});

test("every field has a help text and says how its flag is read", () => {
  for (const key of CONFIG_KEYS) {
    const field = RunConfig.shape[key];
    expect(field.description, key).toBeTruthy();
    expect(FLAG.get(field as Parameters<typeof FLAG.get>[0]), key).toBeDefined();
  }
});

test("every FLORES+ code has the form that the schema asks for", () => {
  const languages = [...FLORES_PLUS.keys()];
  expect(resolveConfig({ model: "demo", languages }).config.languages).toEqual(languages);
});
