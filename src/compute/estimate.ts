import { dictionaryWidths, modelSize } from "../config/model-sizes.js";
import type { RunConfig } from "../config/schema.js";
import type { LocalCorpus } from "../corpora/local-corpora.js";
import { chooseFrom } from "./gather-texts.js";

/** What a run will be about, from what can be known without Python or a network. */
export interface Estimate {
  /** Texts of all languages, as many at most. */
  texts: number;
  /** Tokens that go through the model, to within a factor of about two. */
  tokens: number;
  /** Bytes of the run's folder while it is made; null where the width of its dictionaries is not known from their ids. */
  disk_bytes: number | null;
  /** Bytes of memory that scoring takes at most, the model apart; null where the same is not known. */
  memory_bytes: number | null;
  /**
   * Bytes of its device that model, dictionaries and a batch take, by where it runs: bfloat16 on "cuda" and float32 elsewhere unless a
   * dtype is asked for. Null where the model's size is not known.
   */
  device_bytes: { cuda: number; cpu: number } | null;
  /** Floating point operations of the forward passes and of encoding; null where the same is not known. */
  operations: number | null;
  /** Whether the dictionaries are part of both; else their widths are not known, and it takes more. */
  counts_dictionaries: boolean;
}

/** A sentence of FLORES+ in the tokens of a multilingual model, over its languages. */
const TOKENS_PER_SENTENCE = 45;
/** Bytes of UTF-8 for a token: 3 to 5 in Latin script, 3 in others. */
const BYTES_PER_TOKEN = 3.5;
/**
 * Features that fire in a sentence at one layer: half of those of a narrow dictionary; of 16,384 with an L0 of 75 to 110 it is 740 to 1,170,
 * and of wider ones hardly more.
 */
const sumsOfText = (width: number): number => Math.min(width / 2, 1000);
/** On disk, each of them. */
const SUM_BYTES = 20;
/** What scoring takes for anything, for each feature and language of one layer, and for each sum of it: measured. */
const MEMORY = { least: 250e6, score: 190, sum: 25 };
/** Statistics (4 arrays of f32), scores (f32, i32) and their copy for PyTorch (f32, i64), of a feature and language. */
const SCORE_BYTES = 16 + 8 + 12;

export function estimateRun(config: RunConfig, local: LocalCorpus | null): Estimate {
  const { texts, tokens } = local === null ? ofFlores(config) : ofTexts(config, local);
  const widths = dictionaryWidths(config);
  const work = {
    ...workOf(config, widths ?? [], tokens),
    counts_dictionaries: widths !== null,
  };
  if (widths === null) return { texts, tokens, disk_bytes: null, memory_bytes: null, ...work };
  const features = widths.reduce((sum, width) => sum + width, 0);
  const widest = Math.max(...widths);
  const languages = config.languages.length;
  const sums = widths.reduce((sum, width) => sum + sumsOfText(width) * texts, 0);
  return {
    ...{ texts, tokens, ...work },
    // While a language's file is written, its sums lie there twice.
    disk_bytes: SUM_BYTES * sums * (1 + 1 / languages) + SCORE_BYTES * features * languages,
    memory_bytes:
      MEMORY.least + MEMORY.score * widest * languages + MEMORY.sum * sumsOfText(widest) * texts,
  };
}

/** Sentences of each language in FLORES+. */
const FLORES_SENTENCES = { dev: 997, devtest: 1012 };

function ofFlores({ n_texts_per_lang: n, languages, split }: RunConfig) {
  const all = FLORES_SENTENCES[split ?? "dev"];
  const texts = (n === -1 ? all : Math.min(n, all)) * languages.length;
  return { texts, tokens: texts * TOKENS_PER_SENTENCE };
}

function ofTexts(config: RunConfig, local: LocalCorpus) {
  const chosen = [...chooseFrom(config, local.languages, local, []).languages.values()];
  const bytes = chosen.flat().reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  const texts = chosen.reduce((sum, { length }) => sum + length, 0);
  return { texts, tokens: Math.round(bytes / BYTES_PER_TOKEN) };
}

const UNKNOWN_WORK = { device_bytes: null, operations: null };

/** Rows and features of a block of activations; some arrays of float32 of its size are there while it is encoded. */
const BLOCK = { cuda: [4096, 16384], cpu: [1024, 2048] } as const;
const CHECKED_BYTES = 64 * 2 ** 20;

function workOf(
  { model_id, dtype, layers, batch_tokens }: RunConfig,
  widths: readonly number[],
  tokens: number,
): Pick<Estimate, "device_bytes" | "operations"> {
  const model = modelSize(model_id);
  if (model === null) return UNKNOWN_WORK;
  const features = widths.reduce((sum, width) => sum + width, 0);
  const bytesOn = (place: "cuda" | "cpu") => {
    const half = dtype === "auto" ? place === "cuda" : dtype.endsWith("float16");
    const each = half ? 2 : 4;
    const batch = batch_tokens * model.hidden * (each * (layers.length + 20) + 16);
    const [rows, most] = BLOCK[place];
    const widest = Math.max(0, ...widths);
    // While dictionaries are checked, all features of some tokens are side by side.
    const checked = Math.min(CHECKED_BYTES, 4 * batch_tokens * widest);
    const block = 4 * Math.max(4 * rows * Math.min(most, widest), checked);
    // Encoders and decoders, in float32: the decoders too are there while the dictionaries are checked.
    return each * model.parameters + 8 * model.hidden * features + block + batch;
  };
  // Blocks behind the last layer that is read are not run.
  const share = Math.min(1, (Math.max(...layers) + 1) / model.layers);
  const ofToken = 2 * model.parameters * share + 2 * model.hidden * features;
  return {
    device_bytes: { cuda: bytesOn("cuda"), cpu: bytesOn("cpu") },
    operations: tokens * ofToken,
  };
}
