import { type Tensor, tensor } from "../../engine/safetensors.js";
import { encodeSealed } from "../../runs/sealed-file.js";
import type { NameLosses } from "./lid-measure.js";
import { costTensors, idsOf, type SideEffect } from "./side-effects.js";
import type { Setup } from "./steering-request.js";
import type { SteeringTexts } from "./steering-texts.js";

/** What was measured of one setup. */
export interface LidRow {
  setup: Setup;
  methods: string[];
  none: NameLosses;
  steered: NameLosses;
  costs: SideEffect[];
}

/**
 * `rows.safetensors`: every number that the means were made from. Of setup i with M methods, T texts and C names: `<i>.first` and
 * `<i>.total` F64 [M, T, C] (−log p of a name's first token and of all of it, nats), `<i>.collateral.<code>` F64 [M, texts] (loss per
 * token). The metadata tell setups and methods (`setups`), names (`names`) and the texts' ids (`texts`).
 */
export function encodeLidRows(
  { steered, others }: SteeringTexts,
  names: readonly string[],
  rows: readonly LidRow[],
): Uint8Array {
  const tensors = new Map<string, Tensor>();
  for (const [at, { methods, none, steered: changed, costs }] of rows.entries()) {
    const texts = none.first[0]?.length ?? 0;
    for (const key of ["first", "total"] as const) {
      const all = [...none[key], ...changed[key]].flat().flatMap((row) => [...row]);
      const shape = [methods.length, texts, names.length];
      tensors.set(`${at}.${key}`, tensor("F64", shape, Float64Array.from(all)));
    }
    for (const [name, cost] of costTensors(at, costs)) tensors.set(name, cost);
  }
  return encodeSealed(tensors, {
    setups: JSON.stringify(rows.map(({ setup, methods }) => ({ ...setup, methods }))),
    names: JSON.stringify(names),
    texts: JSON.stringify({ steered: idsOf(steered), others: idsOf(others) }),
  });
}
