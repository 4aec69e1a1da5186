import { z } from "zod";
import { CONTROLS } from "./controls.js";
import { LANGUAGE_SETS } from "./languages.js";
import { PRESETS } from "./presets.js";

/**
 * One run, as its `config.json` holds it. The flags of `vscore compute`, the keys of a config file, defaults and help
 * text all come from this schema: a field's description is its help, its `FLAG` entry says how a flag's text is read.
 */
export interface FlagSyntax {
  /** Placeholder in `--help`. */
  value: string;
  read: "text" | "integer" | "texts" | "integers" | "pairs" | "switch";
}

export const FLAG = z.registry<FlagSyntax>();

export const MODELS = [...(Object.keys(PRESETS) as (keyof typeof PRESETS)[]), "custom"] as const;

export const HOOKS = ["metadata", "block-output"] as const;

const LANGUAGE_CODE = /^[a-z]{3}_[A-Z][a-z]{3}(_[a-z0-9]{1,16})?$/;
const CORPUS = /^(flores|udhr|manuals|jsonl:[^\0]+|dir:[^\0]+)$/;
const DEVICE = /^(auto|cpu|mps|cuda(:\d+)?)$/;

const withoutNul = (schema: z.ZodString) =>
  schema.refine((text) => !text.includes("\0"), "expected text without a NUL character");

const ofForm = (pattern: RegExp, expected: string) =>
  z.string(`expected ${expected}`).regex(pattern, `expected ${expected}`);

const wholeNumber = (minimum: number) =>
  z
    .int(`expected a whole number ≥ ${minimum}`)
    .min(minimum, `expected a whole number ≥ ${minimum}`);

const revision = withoutNul(z.string("expected a commit, tag or branch").min(1))
  .nullable()
  .default(null);

const distinct = <T>(values: T[]): boolean => new Set(values).size === values.length;

/** Values that occur more than once, each named once. */
const repeated = (values: readonly unknown[]): string =>
  [...new Set(values.filter((value, index) => values.indexOf(value) !== index))].join(", ");

const fields = {
  model: z.enum(MODELS).describe("preset that fills the other fields, or custom"),
  model_id: z
    .string("expected a Hugging Face model id or a folder (./…)")
    .min(1)
    .describe("Hugging Face model id, or a local folder (./…)"),
  sae_release: z
    .string("expected a sae_lens release or a folder (./…)")
    .min(1)
    .describe("sae_lens release, or a local folder (./…)"),
  sae_id_template: z
    .string("expected a dictionary id with {layer} in it")
    .refine((text) => text.includes("{layer}"), "expected {layer} in it, once for every layer's id")
    .describe("id of a layer's dictionary in the release, with {layer}"),
  sae_ids: z
    .record(
      z.string().regex(/^\d+$/, "expected a layer's number before each id"),
      z.string("expected the id of a dictionary").min(1),
      "expected ids by layer, such as {0: layer_0/width_16k/average_l0_46}",
    )
    .nullable()
    .default(null)
    .describe("ids of single layers, in place of the template's"),
  model_revision: revision.describe("commit, tag or branch of the model (default: its main)"),
  hook: z
    .enum(HOOKS, `expected ${HOOKS.join(" or ")}`)
    .default("metadata")
    .describe("what a dictionary reads: metadata (the tensor that its own names), or block-output"),
  languages: z
    .array(
      ofForm(LANGUAGE_CODE, "a FLORES+ code such as eng_Latn"),
      "expected a list of language codes",
    )
    .min(2, "expected at least 2 languages: a v-score compares one with the others")
    .refine(distinct, {
      error: (issue) =>
        `expected each language once, found twice: ${repeated(issue.input as string[])}`,
    })
    .describe(
      `FLORES+ codes, comma-separated (vscore languages lists them), or a set: ${Object.keys(LANGUAGE_SETS).join(", ")} (all); -CODE leaves one out`,
    ),
  layers: z
    .array(wholeNumber(0), "expected a list of layer numbers")
    .min(1, "expected at least 1 layer")
    .refine(distinct, {
      error: (issue) =>
        `expected each layer once, found twice: ${repeated(issue.input as number[])}`,
    })
    .describe("layers, comma-separated; a range a-b counts every layer in it"),
  n_texts_per_lang: z
    .int("expected a whole number ≥ 1, or -1 for all")
    .refine((n) => n === -1 || n >= 1, "expected a whole number ≥ 1, or -1 for all")
    .default(100)
    .describe("texts per language, -1 = all"),
  split: z
    .enum(["dev", "devtest"], "expected dev or devtest")
    .nullable()
    .default("dev")
    .describe("split of the corpus: dev or devtest"),
  corpus: ofForm(CORPUS, "flores, udhr, manuals, jsonl:FILE or dir:FOLDER")
    .default("flores")
    .describe("flores (FLORES+), udhr, manuals, jsonl:FILE or dir:FOLDER"),
  corpus_revision: revision.describe("commit, tag or branch of FLORES+ (default: its main)"),
  sample: z
    .enum(["first", "random", "paper"], "expected first, random or paper")
    .default("first")
    .describe(
      "which texts, when there are more: first, random by --seed, or paper (the first whose English has fewer than 100 characters)",
    ),
  join: z
    .enum(["auto", "ids"], "expected auto or ids")
    .default("auto")
    .describe(
      "texts that not every language has, by id: auto leaves them out of FLORES+ alone, ids of any corpus",
    ),
  special_tokens: z
    .enum(["drop", "keep"], "expected drop or keep")
    .default("drop")
    .describe("special tokens in the mean: drop or keep"),
  first_token: z
    .enum(["drop", "keep"], "expected drop or keep")
    .default("drop")
    .describe("first position of each text (the attention sink) in the mean: drop or keep"),
  pool: z
    .enum(["token", "text"], "expected token or text")
    .default("token")
    .describe("mean over tokens (the paper), or over the texts' own means"),
  control: z
    .enum(CONTROLS, `expected ${CONTROLS.join(", ")}`)
    .default("none")
    .describe(
      "texts or dictionaries that are changed, to learn what features need: none, shuffled (words), romanised, random-tokens, random-dictionary",
    ),
  device: ofForm(DEVICE, "auto, cpu, cuda, cuda:N or mps")
    .default("auto")
    .describe("auto, cpu, cuda, cuda:N or mps"),
  dtype: z
    .enum(
      ["auto", "float32", "tf32", "bfloat16", "float16"],
      "expected auto, float32, tf32, bfloat16 or float16",
    )
    .default("auto")
    .describe(
      "of the model: auto (float32; on cuda bfloat16 if a check finds it enough), float32, tf32 (cuda alone), bfloat16, float16",
    ),
  deterministic: z
    .boolean("expected true or false")
    .default(false)
    .describe("refuse operations that may come out otherwise the next time, on the same machine"),
  batch_tokens: wholeNumber(1)
    .default(4096)
    .describe("token budget of one forward pass, padding included"),
  threads: wholeNumber(1)
    .max(1024, "expected at most 1024 threads")
    .nullable()
    .default(null)
    .describe(
      "CPU threads of the model, and the most that test scores (default: as many as there are)",
    ),
  seed: wholeNumber(0).default(0).describe("seed of --sample random and of --control"),
  out_dir: withoutNul(z.string("expected a folder").min(1)).describe(
    "run folder (default: v_score_runs/<model>-<n>)",
  ),
};

const syntax: Record<keyof typeof fields, FlagSyntax> = {
  model: { value: "NAME", read: "text" },
  model_id: { value: "ID", read: "text" },
  sae_release: { value: "RELEASE", read: "text" },
  sae_id_template: { value: "TEMPLATE", read: "text" },
  sae_ids: { value: "LAYER=ID,…", read: "pairs" },
  model_revision: { value: "REVISION", read: "text" },
  hook: { value: "HOOK", read: "text" },
  languages: { value: "CODES", read: "texts" },
  layers: { value: "LAYERS", read: "integers" },
  n_texts_per_lang: { value: "N", read: "integer" },
  split: { value: "SPLIT", read: "text" },
  corpus: { value: "CORPUS", read: "text" },
  corpus_revision: { value: "REVISION", read: "text" },
  sample: { value: "HOW", read: "text" },
  join: { value: "HOW", read: "text" },
  special_tokens: { value: "RULE", read: "text" },
  first_token: { value: "RULE", read: "text" },
  pool: { value: "OVER", read: "text" },
  control: { value: "KIND", read: "text" },
  device: { value: "DEVICE", read: "text" },
  dtype: { value: "DTYPE", read: "text" },
  deterministic: { value: "true|false", read: "switch" },
  batch_tokens: { value: "N", read: "integer" },
  threads: { value: "N", read: "integer" },
  seed: { value: "N", read: "integer" },
  out_dir: { value: "FOLDER", read: "text" },
};
for (const [key, field] of Object.entries(fields)) {
  FLAG.add(field as z.ZodType, syntax[key as keyof typeof fields]);
}

export const RunConfig = z.strictObject(fields);
export type RunConfig = Readonly<z.infer<typeof RunConfig>>;
export type ConfigKey = keyof typeof fields;

/** What a person gave: any part of a run's config, not yet checked. */
export type PartialConfig = Partial<Record<ConfigKey, unknown>>;

export const CONFIG_KEYS = Object.keys(fields) as ConfigKey[];

export const flagOf = (key: string): string => `--${key.replaceAll("_", "-")}`;
