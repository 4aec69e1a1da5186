import { factsOf } from "../comparison/run-facts.js";
import type { DictionaryFacts } from "../engine/dictionary-facts.js";
import { Meta } from "../runs/meta.js";
import type { ScoredRun } from "../runs/read.js";

/** Layers that the steering repository steers unless told otherwise: its base layer and the two behind it. */
export const STEERED_LAYERS: readonly number[] = [20, 21, 22];

/** The models that it knows; both have these layers. */
const ITS_MODELS = ["google/gemma-2-2b", "Qwen/Qwen3-0.6B"];

/**
 * Steered layers that an export lacks. No `meta.json` tells how many layers a model has: one that is not the steering
 * repository's is taken to have them where its run reaches the first of them.
 */
export function lackingSteeredLayers(run: ScoredRun, exported: readonly number[]): number[] {
  const model = factsOf(run).model_id;
  const isDeep =
    (model !== undefined && ITS_MODELS.includes(model)) ||
    run.meta.layers.some((layer) => layer >= (STEERED_LAYERS[0] as number));
  return isDeep ? STEERED_LAYERS.filter((layer) => !exported.includes(layer)) : [];
}

/** The dictionaries of some of a run's layers; null where it does not tell them. */
export function recordedDictionaries(
  { meta }: ScoredRun,
  layers: readonly number[],
): DictionaryFacts[] | null {
  const whole = Meta.safeParse(meta);
  if (!whole.success) return null;
  const found = layers.flatMap(
    (layer) => whole.data.dictionaries.find((each) => each.layer === layer) ?? [],
  );
  return found.length === layers.length ? found : null;
}

/** What stands beside a CSV of top features: the dictionaries in which its numbers are those features. */
export interface CsvDictionaries {
  schema_version: 1;
  csv: string;
  csv_sha256: string;
  run: string;
  model_id: string;
  model_revision: string | null;
  top_k: number;
  /** By which measure they are the best; v, as that repository has it, or another. */
  ranked_by: string;
  /** `hook_name` is the tensor that the dictionary was made for, `hook_module` the one that the run read. */
  dictionaries: Pick<
    DictionaryFacts,
    | ("layer" | "release" | "sae_id" | "source" | "revision")
    | ("hook_name" | "hook_module" | "d_sae")
  >[];
}

export function csvDictionaries(
  run: ScoredRun,
  dictionaries: readonly DictionaryFacts[],
  csv: { name: string; sha256: string; topK: number },
): CsvDictionaries {
  const { model_id, model_revision } = Meta.parse(run.meta);
  return {
    ...({ schema_version: 1, csv: csv.name, csv_sha256: csv.sha256 } as const),
    ...{ run: run.name, model_id, model_revision, top_k: csv.topK },
    ranked_by: run.measure ?? "v",
    dictionaries: dictionaries.map(({ layer, release, sae_id, source, revision, ...of }) => ({
      ...{ layer, release, sae_id, source, revision },
      ...{ hook_name: of.hook_name, hook_module: of.hook_module, d_sae: of.d_sae },
    })),
  };
}

/**
 * The lowest average L0 among the residual SAEs of width 16k for Gemma 2 2B, a number a layer, as sae_lens 6.54 lists the
 * repository google/gemma-scope-2b-pt-res.
 */
const LOWEST_L0 = [
  ...[13, 10, 13, 14, 17, 18, 19, 20, 20, 21, 21, 22, 22],
  ...[23, 23, 23, 23, 23, 23, 23, 22, 22, 21, 21, 20, 16],
];

/** An SAE of Gemma Scope that the steering repository would not load for its layer. */
export interface OtherSae {
  layer: number;
  here: string;
  /** What it would load; null where that is not known. */
  there: string | null;
}

/** Of Gemma Scope it loads each layer's narrowest SAE, of these the one with the lowest L0. */
export function otherSaes(dictionaries: readonly DictionaryFacts[]): OtherSae[] {
  return dictionaries.flatMap(({ layer, release, sae_id, source }) => {
    // Gemma Scope 2 (gemma-scope-2-4b-…) names its SAEs in another way: there that choice finds none.
    if (!/(^|\/)gemma-scope-\d+b-/.test(release)) return [];
    const here = (source ?? sae_id).split("/").slice(-2).join("/");
    const lowest = /(^|\/)gemma-scope-2b-pt-res(-canonical)?$/.test(release)
      ? LOWEST_L0[layer]
      : undefined;
    const there = lowest === undefined ? null : `width_16k/average_l0_${lowest}`;
    return here === there ? [] : [{ layer, here, there }];
  });
}

/** Dictionaries that read another tensor than the block's output, which is what the steering repository gives to all. */
export const readElsewhere = (dictionaries: readonly DictionaryFacts[]): DictionaryFacts[] =>
  dictionaries.filter(({ hook_module }) => !/\.\d+ out$/.test(hook_module));
