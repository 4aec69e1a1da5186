import type { RunConfig } from "../config/schema.js";
import type { Cluster, Loaded } from "../engine/engine-jobs.js";
import { textsFingerprint } from "../plan.js";
import type { Meta } from "../runs/meta.js";
import type { Precision } from "../runs/precision.js";
import type { LanguageSums } from "../runs/sums-file.js";
import { VERSION } from "../version.js";

export interface RunFacts {
  config: RunConfig;
  loaded: Loaded;
  languages: readonly LanguageSums[];
  corpusRevision: string | null;
  sharesIds: boolean;
  truncated: ReadonlyMap<string, number>;
  /** By language; null where none were romanised. */
  lettersChanged: Record<string, number> | null;
  /** By language; null where none were shuffled. */
  wordsMoved: Record<string, number> | null;
  /** How far its precision is from float32, where that was looked at. */
  precision: Precision | null;
  batchTokens: number;
  /** Whose workers computed it; null where it was this machine alone. */
  cluster: Cluster | null;
  started: Date;
  finished: Date;
  /** Time at work, over all attempts. */
  seconds: number;
  /** Of the last attempt. */
  secondsByPart: Record<string, number>;
  resumed: number;
  /** The folders of its parts, where it was computed in parts. */
  mergedFrom?: string[];
  warnings: readonly string[];
}

/** What `meta.json` says of a run. */
export function describeRun(facts: RunFacts): Meta {
  const { config, loaded, languages } = facts;
  return {
    schema_version: 1,
    vscore_version: VERSION,
    model: config.model,
    model_id: config.model_id,
    model_revision: loaded.model.revision,
    model_class: loaded.model.class,
    sae_release: config.sae_release,
    sae_id_template: config.sae_id_template,
    hook: config.hook,
    dictionaries: loaded.dictionaries,
    languages: [...config.languages],
    layers: [...config.layers],
    n_texts_per_lang: config.n_texts_per_lang,
    sample: config.sample,
    join: config.join,
    seed: config.seed,
    split: config.split,
    corpus: config.corpus,
    corpus_revision: facts.corpusRevision,
    shares_ids: facts.sharesIds,
    ...countsOf(languages, facts.truncated),
    special_tokens: config.special_tokens,
    first_token: config.first_token,
    pool: config.pool,
    control: config.control,
    letters_changed: facts.lettersChanged,
    words_moved: facts.wordsMoved,
    device: loaded.device,
    device_name: loaded.device_name,
    dtype: loaded.dtype,
    precision: facts.precision,
    deterministic: config.deterministic,
    threads: loaded.threads,
    batch_tokens: facts.batchTokens,
    cluster: facts.cluster,
    versions: loaded.versions,
    started: facts.started.toISOString(),
    finished: facts.finished.toISOString(),
    duration_s: Math.round(facts.seconds * 1000) / 1000,
    seconds: facts.secondsByPart,
    resumed: facts.resumed,
    rescored_from: null,
    merged_from: facts.mergedFrom ?? null,
    warnings: [...facts.warnings],
  };
}

/** The part of `meta.json` that counts texts and tokens. */
export function countsOf(
  languages: readonly LanguageSums[],
  truncated: ReadonlyMap<string, number>,
) {
  const perLanguage = <T>(of: (sums: LanguageSums) => T): Record<string, T> =>
    Object.fromEntries(languages.map((sums) => [sums.language, of(sums)]));
  const total = (counts: Uint32Array) => counts.reduce((sum, n) => sum + n, 0);
  return {
    texts: perLanguage(({ counted }) => counted.filter((n) => n > 0).length),
    texts_skipped: perLanguage(({ counted }) => counted.filter((n) => n === 0).length),
    texts_truncated: perLanguage(({ language }) => truncated.get(language) ?? 0),
    texts_sha256: perLanguage(({ texts }) => textsFingerprint(texts)),
    tokens_counted: perLanguage(({ counted }) => total(counted)),
    tokens: perLanguage(({ tokens }) => total(tokens)),
  };
}
