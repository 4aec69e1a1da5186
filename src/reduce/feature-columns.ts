import { Room } from "../room.js";
import type { Pool } from "./language-sums.js";
import type { LayerTextSums } from "./text-sums.js";

/** What one layer's sums of one language are reduced from. */
export interface LanguageTexts {
  sums: LayerTextSums;
  /** Counted tokens of each text. */
  counted: Uint32Array;
}

/**
 * One layer of all languages, feature by feature (CSC). Rows are the texts of all languages, one language after the other. A mean
 * over rows is Σ x / Σ weight with x = sum / divisor: pool "token" has x = S_t and weight n_t, pool "text" x = S_t / n_t and
 * weight 1. Rows without a counted token weigh nothing.
 */
export interface FeatureColumns {
  features: number;
  languages: number;
  pool: Pool;
  /** Length K + 1: where each language's rows start. */
  firstRow: Uint32Array;
  /** By row. */
  languageOf: Uint8Array;
  counted: Uint32Array;
  weight: Float64Array;
  divisor: Float64Array;
  /** Length F + 1: where each feature's entries start; they go by rising row. */
  start: Uint32Array;
  /** By entry. */
  row: Uint32Array;
  sum: Float32Array;
}

/** For entries, which are most of a layer's memory: where threads share it, none needs a copy. */
export const roomForThreads = (): Room => new Room((bytes) => new SharedArrayBuffer(bytes));

/** A language is a byte in every table of labels. */
const MAX_LANGUAGES = 256;

/**
 * Turns the sums of a layer from text by text to feature by feature: counts first, then fills.
 *
 * @param room where the entries are put: they hold until the next ones are
 */
export function featureColumns(
  languages: readonly LanguageTexts[],
  pool: Pool,
  room = roomForThreads(),
): FeatureColumns {
  if (languages.length < 2 || languages.length > MAX_LANGUAGES)
    throw new Error(`found ${languages.length} languages, expected 2 to ${MAX_LANGUAGES}`);
  const features = languages[0]?.sums.features as number;
  const firstRow = new Uint32Array(languages.length + 1);
  const start = new Uint32Array(features + 1);
  for (const [k, { sums, counted }] of languages.entries()) {
    if (sums.features !== features)
      throw new Error(`language ${k} has ${sums.features} features, expected ${features}`);
    if (sums.indptr.length !== counted.length + 1)
      throw new Error(
        `language ${k} has sums of ${sums.indptr.length - 1} texts and counts of ${counted.length}`,
      );
    firstRow[k + 1] = (firstRow[k] as number) + counted.length;
    for (const f of sums.feature) {
      if (f >= features) throw new Error(`found feature ${f}, expected less than ${features}`);
      start[f + 1] = (start[f + 1] as number) + 1;
    }
  }
  for (let f = 0; f < features; f++) start[f + 1] = (start[f + 1] as number) + (start[f] as number);

  const entries = start[features] as number;
  const row = room.uint32("row", entries);
  const sum = room.float32("sum", entries);
  const next = start.slice();
  for (const [k, { sums, counted }] of languages.entries()) {
    for (let t = 0; t < counted.length; t++) {
      const end = sums.indptr[t + 1] as number;
      for (let from = sums.indptr[t] as number; from < end; from++) {
        const f = sums.feature[from] as number;
        const value = sums.sum[from] as number;
        if (!Number.isFinite(value) || counted[t] === 0)
          throw new Error(
            `feature ${f} sums to ${value} over the ${counted[t]} counted tokens of text ${t} of language ${k}`,
          );
        const at = next[f] as number;
        next[f] = at + 1;
        row[at] = (firstRow[k] as number) + t;
        sum[at] = value;
      }
    }
  }
  const all = Uint32Array.from(languages.flatMap((language) => [...language.counted]));
  return {
    features,
    languages: languages.length,
    firstRow,
    languageOf: Uint8Array.from(languages.flatMap(({ counted }, k) => [...counted].fill(k))),
    start,
    row,
    sum,
    ...weightsOf(all, pool),
  };
}

const weightsOf = (counted: Uint32Array, pool: Pool) => ({
  pool,
  counted,
  weight: Float64Array.from(counted, (n) => (pool === "token" ? n : Math.min(n, 1))),
  divisor: Float64Array.from(counted, (n) => (pool === "token" ? 1 : n)),
});

/** Σ weight of each language: what its means divide by. @throws Error for a language without a counted token */
export function languageWeights({ languages, languageOf, weight }: FeatureColumns): Float64Array {
  const total = new Float64Array(languages);
  for (let row = 0; row < weight.length; row++) {
    const k = languageOf[row] as number;
    total[k] = (total[k] as number) + (weight[row] as number);
  }
  const silent = total.indexOf(0);
  if (silent >= 0) throw new Error(`language ${silent} has no counted token, and so no mean`);
  return total;
}

/** μ(f, L) of one feature, by language: the same bits as `languageStatistics`. @param weights of `languageWeights` */
export function featureMeans(
  columns: FeatureColumns,
  feature: number,
  weights: Float64Array,
): Float64Array {
  if (!(feature >= 0 && feature < columns.features))
    throw new Error(`found feature ${feature}, expected 0 to ${columns.features - 1}`);
  const means = new Float64Array(columns.languages);
  const end = columns.start[feature + 1] as number;
  for (let at = columns.start[feature] as number; at < end; at++) {
    const row = columns.row[at] as number;
    const k = columns.languageOf[row] as number;
    means[k] =
      (means[k] as number) + (columns.sum[at] as number) / (columns.divisor[row] as number);
  }
  return means.map((x, k) => x / (weights[k] as number));
}
