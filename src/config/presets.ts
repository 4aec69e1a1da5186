import { PAPER_TEN } from "./languages.js";

/** What of a run's config a preset fills in. */
interface Fills {
  model_id: string;
  sae_release: string;
  sae_id_template: string;
  languages: string[];
  layers: number[];
  corpus?: string;
  threads?: number;
}

export interface Preset {
  about: string;
  /** Whether the terms of the model have to be accepted on its page first. */
  gated: boolean;
  fills: Fills;
}

/** `embedded:` names a folder of the demo that ships with vscore (`py/demo`). */
export const EMBEDDED = "embedded:";

/** The id of a layer's dictionary: its own where one is given, else that of the template. */
export const dictionaryId = (
  of: { sae_id_template: string; sae_ids?: Readonly<Record<string, string>> | null },
  layer: number,
): string => of.sae_ids?.[String(layer)] ?? of.sae_id_template.replaceAll("{layer}", String(layer));

const demo = (about: string, dictionaries: string, layers: number[]): Preset => ({
  about,
  gated: false,
  fills: {
    model_id: `${EMBEDDED}model`,
    sae_release: `${EMBEDDED}${dictionaries}`,
    sae_id_template: "layer_{layer}",
    languages: [...PAPER_TEN],
    layers,
    corpus: "udhr",
    // More threads than one only wait for each other in a model this small.
    threads: 1,
  },
});

/** @param ids the template of the dictionaries' ids */
const hub = (
  about: string,
  model_id: string,
  sae_release: string,
  ids: string,
  layers: number[],
): Preset => ({
  about,
  gated: /^(google|meta-llama)\//.test(model_id),
  fills: {
    model_id,
    sae_release,
    sae_id_template: ids,
    languages: [...PAPER_TEN],
    layers,
  },
});

/** The original tool's layers. */
const SIX = [0, 2, 5, 10, 15, 20];
const TRANSCODER = "MLP transcoders, read at the MLP input";

/** Names and ids are those of the registry of sae_lens; what each dictionary reads is what its own metadata says. */
export const PRESETS = {
  "gemma-2b": hub(
    "Gemma 2 2B with the canonical Gemma Scope residual SAEs (after the block), 16k wide, as in the original tool",
    "google/gemma-2-2b",
    "gemma-scope-2b-pt-res-canonical",
    "layer_{layer}/width_16k/canonical",
    SIX,
  ),
  "gemma-2-9b": hub(
    "Gemma 2 9B with the canonical Gemma Scope residual SAEs (after the block), 16k wide",
    "google/gemma-2-9b",
    "gemma-scope-9b-pt-res-canonical",
    "layer_{layer}/width_16k/canonical",
    [0, 8, 16, 24, 32, 41],
  ),
  "gemma-3-270m": hub(
    "Gemma 3 270M with Gemma Scope 2 residual SAEs (after the block), 16k wide, small L0, on every layer",
    "google/gemma-3-270m",
    "gemma-scope-2-270m-pt-res-all",
    "layer_{layer}_width_16k_l0_small",
    [0, 3, 6, 9, 12, 15],
  ),
  "gemma-3-1b": hub(
    "Gemma 3 1B with Gemma Scope 2 residual SAEs (after the block), 16k wide, small L0, on every layer",
    "google/gemma-3-1b-pt",
    "gemma-scope-2-1b-pt-res-all",
    "layer_{layer}_width_16k_l0_small",
    [0, 5, 10, 15, 20, 25],
  ),
  "gemma-3-4b": hub(
    "Gemma 3 4B with Gemma Scope 2 residual SAEs (after the block), 16k wide, small L0, on every layer",
    "google/gemma-3-4b-pt",
    "gemma-scope-2-4b-pt-res-all",
    "layer_{layer}_width_16k_l0_small",
    [0, 7, 14, 20, 27, 33],
  ),
  "llama-3.1-8b": hub(
    "Llama 3.1 8B with Llama Scope residual SAEs (after the block), 32k wide (8x)",
    "meta-llama/Llama-3.1-8B",
    "llama_scope_lxr_8x",
    "l{layer}r_8x",
    [0, 6, 12, 18, 24, 31],
  ),
  "qwen3-0.6b": hub(
    `Qwen3 0.6B with ${TRANSCODER}, low L0, as in the original tool`,
    "Qwen/Qwen3-0.6B",
    "mwhanna-qwen3-0.6b-transcoders-lowl0",
    "layer_{layer}",
    SIX,
  ),
  "qwen3-1.7b": hub(
    `Qwen3 1.7B with ${TRANSCODER}, low L0`,
    "Qwen/Qwen3-1.7B",
    "mwhanna-qwen3-1.7b-transcoders-lowl0",
    "layer_{layer}",
    [0, 5, 10, 15, 20, 27],
  ),
  "qwen3-4b": hub(
    `Qwen3 4B with ${TRANSCODER}`,
    "Qwen/Qwen3-4B",
    "mwhanna-qwen3-4b-transcoders",
    "layer_{layer}",
    [0, 7, 14, 21, 28, 35],
  ),
  "qwen3-8b": hub(
    `Qwen3 8B with ${TRANSCODER}`,
    "Qwen/Qwen3-8B",
    "mwhanna-qwen3-8b-transcoders",
    "layer_{layer}",
    [0, 7, 14, 21, 28, 35],
  ),
  "qwen3-1.7b-base": hub(
    "Qwen3 1.7B Base with Qwen-Scope residual SAEs (after the block), 32k wide, L0 50",
    "Qwen/Qwen3-1.7B-Base",
    "qwen-scope-3-1.7b-base-w32k-l50",
    "layer{layer}",
    [0, 5, 10, 15, 20, 27],
  ),
  "qwen3-8b-base": hub(
    "Qwen3 8B Base with Qwen-Scope residual SAEs (after the block), 64k wide, L0 50",
    "Qwen/Qwen3-8B-Base",
    "qwen-scope-3-8b-base-w64k-l50",
    "layer{layer}",
    [0, 7, 14, 21, 28, 35],
  ),
  "pythia-70m": hub(
    "Pythia 70M (English) with residual SAEs after the block",
    "EleutherAI/pythia-70m-deduped",
    "pythia-70m-deduped-res-sm",
    "blocks.{layer}.hook_resid_post",
    [0, 1, 2, 3, 4, 5],
  ),
  gpt2: hub(
    "GPT-2 small (English) with residual SAEs before the block",
    "openai-community/gpt2",
    "gpt2-small-res-jb",
    "blocks.{layer}.hook_resid_pre",
    [0, 2, 4, 6, 8, 11],
  ),
  demo: demo(
    "the embedded 1.3 M-parameter multilingual model with residual SAEs on layers 1, 2, 3 (no download)",
    "saes",
    [1, 2, 3],
  ),
  "demo-transcoder": demo(
    "the embedded model with its MLP transcoder on layer 2 (no download)",
    "transcoders",
    [2],
  ),
} satisfies Record<string, Preset>;
