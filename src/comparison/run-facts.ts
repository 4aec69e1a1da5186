import type { DictionaryFacts } from "../engine/dictionary-facts.js";
import { Meta } from "../runs/meta.js";
import type { ScoredRun } from "../runs/read.js";

/** What of `meta.json` decides a run's scores, in the order in which a person asks for it. */
export const FACT_KEYS = [
  ...(["model_id", "model_revision", "sae_release", "sae_id_template", "dictionaries"] as const),
  ...(["hook", "layers", "languages", "corpus", "split", "corpus_revision"] as const),
  ...(["n_texts_per_lang", "texts", "texts_sha256", "sample", "seed"] as const),
  ...(["special_tokens", "first_token", "pool", "control", "dtype"] as const),
] as const;
export type FactKey = (typeof FACT_KEYS)[number];

/** What tells one dictionary from another; null is what a run of another tool does not tell. */
export type DictionaryIdentity = Pick<
  DictionaryFacts,
  "layer" | "release" | "sae_id" | "source" | "revision"
> & { hook_name: string | null };

/** What a run tells of itself; a key is lacking where it does not. */
export type RunFacts = Partial<Omit<Pick<Meta, FactKey>, "dictionaries">> & {
  dictionaries?: DictionaryIdentity[];
};

/** A run of ours tells all, one of another tool what its `meta.json` happens to have in the same form. */
export function factsOf({ meta }: ScoredRun): RunFacts {
  const whole = Meta.safeParse(meta);
  const told = whole.success
    ? Object.fromEntries(FACT_KEYS.map((key) => [key, whole.data[key]]))
    : Object.fromEntries(
        FACT_KEYS.filter((key) => Object.hasOwn(meta, key)).flatMap((key) => {
          const value = Meta.shape[key].safeParse((meta as Record<string, unknown>)[key]);
          return value.success ? [[key, value.data]] : [];
        }),
      );
  const facts: RunFacts = told;
  const dictionaries = facts.dictionaries?.map(identityOf) ?? namedByTemplate(facts);
  return dictionaries === undefined ? facts : { ...facts, dictionaries };
}

const identityOf = (dictionary: DictionaryIdentity): DictionaryIdentity => {
  const { layer, release, sae_id, source, revision, hook_name } = dictionary;
  return { layer, release, sae_id, source, revision, hook_name };
};

function namedByTemplate({
  sae_release: release,
  sae_id_template: template,
  layers,
}: RunFacts): DictionaryIdentity[] | undefined {
  if (release === undefined || template === undefined || layers === undefined) return undefined;
  return layers.map((layer) => ({
    ...{ layer, release, sae_id: template.replaceAll("{layer}", String(layer)) },
    ...{ source: null, revision: null, hook_name: null },
  }));
}

/** The dictionary of a layer, where the run tells it. */
export const dictionaryAt = (facts: RunFacts, layer: number): DictionaryIdentity | undefined =>
  facts.dictionaries?.find((dictionary) => dictionary.layer === layer);
