import type { AblationConfig, AblationSet } from "./ablation-sets.js";
import type { AblationCell, AblationSummary } from "./summarise.js";

/** `result.json` of an ablation, and what `vscore ablate --json` prints. */
export interface AblationResult {
  schema_version: 1;
  run: string;
  projection: string;
  /** At which positions of a text the directions are taken out. */
  positions: "all";
  dictionaries: {
    layer: number;
    release: string;
    sae_id: string;
    revision: string | null;
    hook_name: string;
  }[];
  layers: number[];
  /** Languages that it was evaluated on, and whose features were taken out, both in the run's order. */
  languages: string[];
  ablated: string[];
  configs: AblationConfig[];
  evaluation: {
    corpus: string;
    split: string | null;
    revision: string | null;
    /** Languages of the run that the corpus lacks. */
    lacking: string[];
    /** Texts left out because the features were chosen on them or their translations. */
    excluded: number;
    is_disjoint: boolean;
    /** Texts of the language that has the fewest. */
    fewest: number;
    /** Texts, predicted tokens, and the model's own loss in nats per token. */
    languages: { language: string; texts: number; tokens: number; baseline: number }[];
  };
  /** Whether there are enough other texts to claim anything. */
  is_enough: boolean;
  sets: (AblationSet & { layer: number })[];
  cells: AblationCell[];
  summary: AblationSummary[];
  warnings: string[];
}
