import { writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { PRESETS } from "../../src/config/presets.js";
import { parseStoredConfig, readConfigFile, resolveConfig } from "../../src/config/resolve.js";
import { MODELS } from "../../src/config/schema.js";
import { failureOf } from "../fixtures/failure.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

describe("resolveConfig", () => {
  test("defaults give way to the preset, it to the config file, and that to flags", () => {
    const { config } = resolveConfig(
      { model: "demo", layers: [3] },
      { layers: [2], languages: ["fra_Latn", "jpn_Jpan"], batch_tokens: 128 },
    );
    expect(config).toMatchObject({
      layers: [3],
      languages: ["fra_Latn", "jpn_Jpan"],
      batch_tokens: 128,
      corpus: "udhr",
      model_id: "embedded:model",
      n_texts_per_lang: 100,
      split: "dev",
      seed: 0,
    });
  });

  test("the name of a set of languages stands for its codes, alone or in a list", () => {
    const languagesOf = (languages: unknown) =>
      resolveConfig({ model: "gemma-2b", languages }).config.languages;
    expect(languagesOf("similar")).toEqual(["spa_Latn", "por_Latn", "glg_Latn", "cat_Latn"]);
    expect(languagesOf(["underrepresented", "eng_Latn"])).toEqual([
      ...["kas_Arab", "wuu_Hans", "azb_Arab", "nus_Latn"],
      "eng_Latn",
    ]);
    expect(languagesOf(["published"])).toContain("kas_Arab");
    expect(() => languagesOf(["similar", "glg_Latn"])).toThrow("found twice: glg_Latn");
    expect(() => languagesOf(["constructor"])).toThrow("expected a FLORES+ code");
  });

  test("ids of single layers stand in for the template, for layers that are asked for", () => {
    const sae_ids = { 0: "layer_0/a", 5: "layer_5/b" };
    const custom = { model: "custom", model_id: "a/b", sae_release: "r", languages: "similar" };
    expect(resolveConfig({ ...custom, layers: [0, 5], sae_ids }).config.sae_ids).toEqual(sae_ids);
    expect(() => resolveConfig({ ...custom, layers: [0], sae_ids })).toThrow("an id for layer 5");
    expect(() => resolveConfig({ ...custom, layers: [0] })).toThrow("--sae-id-template is missing");
    expect(() => resolveConfig({ model: "demo", sae_ids: { a: "x" } })).toThrow("--sae-ids: found");
    expect(() => resolveConfig({ model: "demo", sae_ids: "0" })).toThrow("expected ids by layer");
  });

  test("a flag's model decides the preset, not the file's", () => {
    const { config } = resolveConfig({ model: "gemma-2b" }, { model: "demo" });
    expect(config.model_id).toBe("google/gemma-2-2b");
  });

  test("only what a person gave counts as given", () => {
    const { given } = resolveConfig({ model: "demo" }, { split: "dev" });
    expect([...given].sort()).toEqual(["model", "split"]);
  });

  test("the config is frozen", () => {
    expect(Object.isFrozen(resolveConfig({ model: "demo" }).config)).toBe(true);
  });

  test.each([
    [{}, "v_score_runs/demo-100"],
    [{ n_texts_per_lang: 7 }, "v_score_runs/demo-7"],
    [{ n_texts_per_lang: -1 }, "v_score_runs/demo-all"],
    [{ out_dir: "elsewhere" }, "elsewhere"],
  ])("the run's folder follows from model and texts, unless it is given: %j", (flags, folder) => {
    expect(resolveConfig({ model: "demo", ...flags }).config.out_dir).toBe(folder);
  });

  test.each(Object.keys(PRESETS))("the preset %s is whole and valid", (model) => {
    expect(resolveConfig({ model }).config.model).toBe(model);
  });

  test("without a model, or with an unknown one, the known ones are named", () => {
    expect(failureOf(() => resolveConfig({})).message).toContain(
      `--model is missing. Expected one of ${MODELS.join(", ")}`,
    );
    for (const model of ["gemma-9b", "toString", 3, null]) {
      expect(failureOf(() => resolveConfig({ model })).message).toContain(
        `--model: found ${typeof model === "string" ? `"${model}"` : model}, expected one of ${MODELS.join(", ")}`,
      );
    }
  });

  test("a wrong model is told alone: what else is missing follows from it", () => {
    expect(failureOf(() => resolveConfig({ model: "x", seed: -1 })).message).not.toContain("\n");
  });

  test("a custom model needs what presets fill in, each missing flag is named", () => {
    const { message } = failureOf(() => resolveConfig({ model: "custom" }));
    expect(message.split("\n")).toEqual(
      ["model-id", "sae-release", "sae-id-template", "languages", "layers"].map(
        (flag) => `--${flag} is missing: --model custom does not fill it in.`,
      ),
    );
  });

  test("an unknown key is refused, with the key that it may have meant", () => {
    const refusal = (key: string) =>
      failureOf(() => resolveConfig({ model: "demo" }, { [key]: 1 })).message;
    expect(refusal("layer")).toBe('Unknown key "layer" in the config. Did you mean layers?');
    expect(refusal("batch-tokens")).toContain("Did you mean batch_tokens?");
    expect(refusal("temperature")).toContain("Known keys: model, model_id");
  });
});

describe("readConfigFile", () => {
  const file = (name: string, text: string) => {
    writeFileSync(at(name), text);
    return at(name);
  };

  test("YAML and JSON say the same", () => {
    const expected = { model: "demo", layers: [1, 2], split: null };
    expect(readConfigFile(file("run.yaml", "model: demo\nlayers: [1, 2]\nsplit: null\n"))).toEqual(
      expected,
    );
    expect(readConfigFile(file("run.json", JSON.stringify(expected)))).toEqual(expected);
    expect(readConfigFile(file("run.conf", JSON.stringify(expected)))).toEqual(expected);
  });

  test.each([
    ["run.yaml", "layers: [1, 2", "is neither YAML nor JSON"],
    ["run.json", "{layers: 1}", "is neither YAML nor JSON"],
    ["run.yaml", "- demo", "holds no keys"],
    ["run.yaml", "demo", "holds no keys"],
    ["run.yaml", "", "holds no keys"],
    ["run.yaml", "model: demo\nlayer: 1", 'Unknown key "layer" in'],
    ["run.yaml", "model: demo\nshard: 1/4", "on the command line alone: npx vscore compute"],
  ])("%s with %j is refused, the file named", (name, text, words) => {
    const path = file(name, text);
    const error = failureOf(() => readConfigFile(path));
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain(words);
    expect(error.message).toContain(path);
  });

  test("a file that is not there is named", () => {
    const error = failureOf(() => readConfigFile(at("none.yaml")));
    expect(error.message).toContain(`${at("none.yaml")} cannot be read (ENOENT)`);
  });
});

describe("parseStoredConfig", () => {
  test("gives back what was stored", () => {
    const { config } = resolveConfig({ model: "demo" });
    expect(parseStoredConfig(JSON.parse(JSON.stringify(config)), "config.json")).toEqual(config);
  });

  test("a config of another form is refused, with file and field", () => {
    const { config } = resolveConfig({ model: "demo" });
    const error = failureOf(() => parseStoredConfig({ ...config, layers: "all" }, "a/config.json"));
    expect(error.message).toContain("a/config.json is not a config of this version");
    expect(error.message).toContain('--layers: found "all"');
  });
});
