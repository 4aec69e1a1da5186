import { type Tensor, tensor } from "../../engine/safetensors.js";
import { shortHash } from "../../plan.js";
import { encodeSealed } from "../../runs/sealed-file.js";
import type { EvaluationTexts } from "./evaluation-texts.js";
import type { TextLosses } from "./losses.js";
import type { PlannedLayer } from "./measure.js";
import type { MeasuredLanguage } from "./summarise.js";

/**
 * `rows.safetensors`: every loss that the numbers were made from. Of a language with T texts: `<code>.tokens` U32 [T],
 * `<code>.baseline` F64 [T], `<code>.layer.<L>` F64 [S, T], S being the distinct sets of features that it was read under there. The
 * metadata tell the sets (`sets`: by language, then layer) and each text's id and the first 16 hex digits of its SHA-256 (`texts`: by language).
 */
export function encodeRows(
  texts: EvaluationTexts,
  measured: readonly MeasuredLanguage[],
  plans: ReadonlyMap<string, readonly PlannedLayer[]>,
): Uint8Array {
  const tensors = new Map<string, Tensor>();
  for (const { language, baseline, layers: own } of measured) {
    const T = baseline.tokens.length;
    tensors.set(`${language}.tokens`, tensor("U32", [T], baseline.tokens));
    tensors.set(`${language}.baseline`, tensor("F64", [T], baseline.loss[0] as Float64Array));
    for (const { layer } of plans.get(language) ?? []) {
      const { loss } = own.get(layer) as TextLosses;
      const all = new Float64Array(loss.length * T);
      for (const [set, row] of loss.entries()) all.set(row, set * T);
      tensors.set(`${language}.layer.${layer}`, tensor("F64", [loss.length, T], all));
    }
  }
  return encodeSealed(tensors, {
    schema: "1",
    sets: JSON.stringify(
      Object.fromEntries(
        [...plans].map(([code, plan]) => [
          code,
          Object.fromEntries(plan.map(({ layer, distinct }) => [layer, distinct])),
        ]),
      ),
    ),
    texts: JSON.stringify(
      Object.fromEntries(
        measured.map(({ language }) => [
          language,
          (texts.languages.get(language) ?? []).map(({ id, text }) => ({
            id,
            sha256: shortHash(text),
          })),
        ]),
      ),
    ),
  });
}
