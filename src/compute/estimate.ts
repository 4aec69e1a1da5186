import { dictionaryId } from "../config/presets.js";
import type { RunConfig } from "../config/schema.js";
import type { LocalCorpus } from "../corpora/local-corpora.js";
import { chooseFrom } from "./gather-texts.js";

/** What a run will be about, from what can be known without Python or a network. */
export interface Estimate {
  /** Texts of all languages; null for all of a corpus that is not fetched yet. */
  texts: number | null;
  /** Tokens that go through the model, to within a factor of about two. */
  tokens: number | null;
  /** Bytes of the run's folder; null where the width of its dictionaries is not known from their ids. */
  disk_bytes: number | null;
  /** Bytes of memory that scoring takes at most, the model apart; null where the same is not known. */
  memory_bytes: number | null;
}

/** A sentence of FLORES+ in the tokens of a multilingual model, over its languages. */
const TOKENS_PER_SENTENCE = 45;
/** Bytes of UTF-8 for a token: 3 to 5 in Latin script, 3 in others. */
const BYTES_PER_TOKEN = 3.5;
/** A text's sums at one layer: some 250 features that fire in it, at 22 bytes. */
const SUMS_BYTES = 5500;
/** What scoring takes for anything, for each feature and language of one layer, and for each sum of it: measured. */
const MEMORY = { least: 150e6, score: 190, sum: 60 };
/** Features that fire in a text at one layer. */
const SUMS_OF_TEXT = 250;
/** Statistics (4 arrays of f32), scores (f32, i32) and their copy for PyTorch (f32, i64), of a feature and language. */
const SCORE_BYTES = 16 + 8 + 12;

export function estimateRun(config: RunConfig, local: LocalCorpus | null): Estimate {
  const { texts, tokens } = local === null ? ofFlores(config) : ofTexts(config, local);
  const widths = config.layers.map((layer) => widthIn(dictionaryId(config, layer)));
  const features = widths.every((width) => width !== null)
    ? widths.reduce((sum, width) => sum + width, 0)
    : null;
  if (features === null || texts === null)
    return { texts, tokens, disk_bytes: null, memory_bytes: null };
  const widest = Math.max(...widths.map(Number));
  return {
    ...{ texts, tokens },
    disk_bytes:
      texts * config.layers.length * SUMS_BYTES + features * config.languages.length * SCORE_BYTES,
    memory_bytes:
      MEMORY.least +
      MEMORY.score * widest * config.languages.length +
      MEMORY.sum * SUMS_OF_TEXT * texts,
  };
}

function ofFlores({ n_texts_per_lang: n, languages }: RunConfig) {
  const texts = n === -1 ? null : n * languages.length;
  return { texts, tokens: texts === null ? null : texts * TOKENS_PER_SENTENCE };
}

function ofTexts(config: RunConfig, local: LocalCorpus) {
  const chosen = [...chooseFrom(config, local.languages, local, []).languages.values()];
  const bytes = chosen.flat().reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  const texts = chosen.reduce((sum, { length }) => sum + length, 0);
  return { texts, tokens: Math.round(bytes / BYTES_PER_TOKEN) };
}

/** Features of a dictionary whose id tells them, as in `layer_5/width_16k/canonical`. */
function widthIn(id: string): number | null {
  const [, number, unit] = /width_(\d+)([km])/.exec(id) ?? [];
  return number === undefined ? null : Number(number) * (unit === "m" ? 2 ** 20 : 2 ** 10);
}
