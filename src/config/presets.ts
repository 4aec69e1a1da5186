import { PAPER_TEN } from "./languages.js";
import type { MODELS, RunConfig } from "./schema.js";

export interface Preset {
  about: string;
  fills: Partial<RunConfig>;
}

/** `embedded:` names a folder of the demo that ships with vscore (`py/demo`). */
export const EMBEDDED = "embedded:";

const demo = (dictionaries: string, layers: number[]): Partial<RunConfig> => ({
  model_id: `${EMBEDDED}model`,
  sae_release: `${EMBEDDED}${dictionaries}`,
  sae_id_template: "layer_{layer}",
  languages: [...PAPER_TEN],
  layers,
  corpus: "udhr",
  // More threads than one only wait for each other in a model this small.
  threads: 1,
});

export const PRESETS: Record<Exclude<(typeof MODELS)[number], "custom">, Preset> = {
  "gemma-2b": {
    about:
      "Gemma 2 2B with the canonical Gemma Scope residual SAEs, 16k wide (gated: accept the terms, set HF_TOKEN)",
    fills: {
      model_id: "google/gemma-2-2b",
      sae_release: "gemma-scope-2b-pt-res-canonical",
      sae_id_template: "layer_{layer}/width_16k/canonical",
      languages: [...PAPER_TEN],
      layers: [0, 2, 5, 10, 15, 20],
    },
  },
  "qwen3-0.6b": {
    about: "Qwen3 0.6B with MLP transcoders (low L0), read at the MLP input",
    fills: {
      model_id: "Qwen/Qwen3-0.6B",
      sae_release: "mwhanna-qwen3-0.6b-transcoders-lowl0",
      sae_id_template: "layer_{layer}",
      languages: [...PAPER_TEN],
      layers: [0, 2, 5, 10, 15, 20],
    },
  },
  demo: {
    about:
      "the embedded 1.3 M-parameter multilingual model with residual SAEs on layers 1, 2, 3 (no download)",
    fills: demo("saes", [1, 2, 3]),
  },
  "demo-transcoder": {
    about: "the embedded model with its MLP transcoder on layer 2 (no download)",
    fills: demo("transcoders", [2]),
  },
};
