import { z } from "zod";
import { CONTROLS } from "../config/controls.js";
import { DictionaryFacts } from "../engine/dictionary-facts.js";
import { Cluster, WorkerJoined, WorkerLost } from "../engine/job-results.js";
import { Precision } from "./precision.js";

/** Any tool's code of a language: it is printed, becomes a cell of a table and part of a file's name. */
const languageCode = z
  .string()
  .regex(/^[A-Za-z0-9][\w-]{0,63}$/, "expected a language code such as fra_Latn or fr");

const perLanguage = z.record(z.string(), z.int());

/** `meta.json`: written last, so that its being there means that the run is whole. */
export const Meta = z.strictObject({
  schema_version: z.literal(1),
  vscore_version: z.string(),
  model: z.string(),
  model_id: z.string(),
  model_revision: z.string().nullable(),
  model_class: z.string(),
  sae_release: z.string(),
  sae_id_template: z.string(),
  /** "metadata": each dictionary read the tensor that its metadata names, its `hook_name`; "block-output": its block's output. */
  hook: z.string().default("metadata"),
  dictionaries: z.array(DictionaryFacts),
  languages: z.array(languageCode),
  layers: z.array(z.int()),
  n_texts_per_lang: z.int(),
  sample: z.string(),
  join: z.string().default("auto"),
  seed: z.int(),
  split: z.string().nullable(),
  corpus: z.string(),
  corpus_revision: z.string().nullable(),
  /** Whether equal ids of two languages mean translations. */
  shares_ids: z.boolean().default(true),
  /** Texts used, texts left out because no token of theirs counts, texts cut to the model's context. */
  texts: perLanguage,
  texts_skipped: perLanguage,
  texts_truncated: perLanguage,
  texts_sha256: z.record(z.string(), z.string()),
  /** Counted tokens, and all of them (special ones included). */
  tokens_counted: perLanguage,
  tokens: perLanguage,
  special_tokens: z.string(),
  first_token: z.string(),
  pool: z.string(),
  /** What its texts or dictionaries were put under. */
  control: z.enum(CONTROLS).default("none"),
  /** Of a romanised run: by language, the share of letters (and marks) that are not ASCII, and so changed. */
  letters_changed: z.record(z.string(), z.number()).nullable().default(null),
  /** Of a shuffled run: by language, the share of words that stand where another word stood; null where nobody counted. */
  words_moved: z.record(z.string(), z.number()).nullable().default(null),
  device: z.string(),
  device_name: z.string(),
  /** In which the model was computed; "tf32" is float32 with products in TF32. */
  dtype: z.string(),
  /** What a reduced precision did to a few texts; null where there was none, or no room for float32. */
  precision: Precision.nullable().default(null),
  deterministic: z.boolean().default(false),
  threads: z.int().nullable(),
  batch_tokens: z.int(),
  /** Whose workers computed it, or some of it (those of the last attempt that had any); null where it was this machine alone. */
  cluster: Cluster.nullable().default(null),
  versions: z.record(z.string(), z.string()),
  started: z.string(),
  finished: z.string(),
  duration_s: z.number(),
  /**
   * What the last attempt spent its time on: one part after the other, and of "extract" what the engine spent on "model", "encode" and
   * "stream", and vscore, at the same time, on "reduce".
   */
  seconds: z.record(z.string(), z.number()).default({}),
  /** How often the run was taken up again after an interruption. */
  resumed: z.int(),
  /** The run whose sums this one re-reduces, if it does. */
  rescored_from: z.string().nullable(),
  /** The folders of the parts that it was put together from, if it was; times are theirs too. */
  merged_from: z.array(z.string()).nullable().default(null),
  warnings: z.array(z.string()),
});
export type Meta = z.infer<typeof Meta>;

/** What must be there in the `meta.json` of a run that the original tool wrote; the rest is taken as it is. */
export const ForeignMeta = z.looseObject({
  languages: z
    .array(languageCode)
    .min(2)
    .refine((codes) => new Set(codes).size === codes.length, "expected each language once"),
  layers: z
    .array(z.int().min(0))
    .min(1)
    .refine((layers) => new Set(layers).size === layers.length, "expected each layer once")
    .optional(),
});
export type ForeignMeta = z.infer<typeof ForeignMeta>;

/** One line of `events.ndjson`. */
export const RunEvent = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("started"),
    at: z.iso.datetime(),
    pid: z.int(),
    resumed: z.boolean(),
  }),
  z.strictObject({
    type: z.literal("loaded"),
    at: z.iso.datetime(),
    model_revision: z.string().nullable(),
    corpus_revision: z.string().nullable(),
  }),
  /** Before the first text: whether a reduced precision is enough. What a run goes on with when it is taken up again. */
  z.strictObject({
    type: z.literal("precision_checked"),
    at: z.iso.datetime(),
    /** Of which texts, and where. */
    corpus_revision: z.string().nullable(),
    device_name: z.string(),
    /** Null where there was no room for float32. */
    precision: Precision.nullable(),
    /** In which the run is computed. */
    dtype: z.string(),
  }),
  z.strictObject({ type: z.literal("phase"), at: z.iso.datetime(), phase: z.string() }),
  z.strictObject({
    type: z.literal("planned"),
    at: z.iso.datetime(),
    texts: z.int(),
    tokens: z.int(),
    languages: z.int(),
  }),
  z.strictObject({
    type: z.literal("progress"),
    at: z.iso.datetime(),
    language: z.string(),
    texts_done: z.int(),
    texts: z.int(),
    tokens_done: z.int(),
    tokens: z.int(),
    tokens_per_s: z.number(),
    eta_s: z.number().nullable(),
    device_memory_bytes: z.number().nullable(),
  }),
  z.strictObject({
    type: z.literal("language_finished"),
    at: z.iso.datetime(),
    language: z.string(),
    kept: z.boolean(),
  }),
  z.strictObject({
    type: z.literal("batch_tokens_halved"),
    at: z.iso.datetime(),
    language: z.string(),
    batch_tokens: z.int(),
  }),
  /** Whose workers compute it from here on. */
  z.strictObject({ type: z.literal("workers_ready"), at: z.iso.datetime(), ...Cluster.shape }),
  /** Of a cluster. What it was at, if that is named, is done again by another. */
  z.strictObject({ type: z.literal("worker_lost"), at: z.iso.datetime(), ...WorkerLost.shape }),
  /** One that takes the place of one that was lost, or came late. */
  z.strictObject({ type: z.literal("worker_joined"), at: z.iso.datetime(), ...WorkerJoined.shape }),
  z.strictObject({ type: z.literal("warning"), at: z.iso.datetime(), message: z.string() }),
  z.strictObject({
    type: z.literal("failed"),
    at: z.iso.datetime(),
    kind: z.string(),
    message: z.string(),
  }),
  z.strictObject({ type: z.literal("cancelled"), at: z.iso.datetime() }),
  z.strictObject({ type: z.literal("finished"), at: z.iso.datetime(), duration_s: z.number() }),
]);
export type RunEvent = z.infer<typeof RunEvent>;

type WithoutTime<E> = E extends RunEvent ? Omit<E, "at"> : never;
/** An event before the store stamps it. */
export type RunNews = WithoutTime<RunEvent>;
