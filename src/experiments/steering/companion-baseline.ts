import { shortCode } from "../../config/short-codes.js";
import type { BaselineResult } from "./baseline.js";
import { tagOf } from "./names.js";

/** The steering repository's name of a demonstration. */
export const companionName = ({ model_id, source, target, alpha }: BaselineResult): string =>
  `baseline_${tagOf(model_id)}_${shortCode(source).code}_to_${shortCode(target).code}_alpha${alpha}.json`;

/** A demonstration with the keys that the steering repository writes. @param release where the gate's dictionary is from */
export function companionBaseline(result: BaselineResult, release: string): string {
  const of = (family: string) => {
    const found = result.methods.find(({ method }) => method.startsWith(family));
    if (found === undefined) throw new Error(`a demonstration without ${family}`);
    return found;
  };
  const [none, everywhere, gated] = [of("No SV"), of("SV-"), of("SAE-")];
  const content = {
    source_lang: shortCode(result.source).code,
    target_lang: shortCode(result.target).code,
    ...{ model_name: tagOf(result.model_id), model_path: result.model_id },
    ...{ layer: result.layer, alpha: result.alpha },
    ...{ gate_topk: result.gate.top_k, gate_threshold: result.gate.threshold },
    ...{ sae_release: release, train_n: result.vectors.train_n },
    ...{ eval_n: result.evaluation.eval_n, prompt: result.prompt },
    baseline_continuation: none.continuation,
    sv_only_continuation: everywhere.continuation,
    sae_gated_continuation: gated.continuation,
    ce_target_token_baseline: none.ce_first.value,
    ce_target_token_sv_only: everywhere.ce_first.value,
    ce_target_token_sae_gated: gated.ce_first.value,
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}
