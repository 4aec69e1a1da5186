import { z } from "zod";
import type { EngineGate } from "../../engine/steer-jobs.js";
import { engineGate, type GateTrainer } from "./learned-gates.js";
import { type Held, measureGates } from "./lid-measure.js";
import type { Prepared } from "./prepare.js";
import type { Setup } from "./steering-request.js";

/** Features that open a source's gate at a layer. */
export const GateFeatures = z.strictObject({
  source: z.string(),
  layer: z.int(),
  features: z.array(z.int()),
});
export type GateFeatures = z.infer<typeof GateFeatures>;

/** Share of a language's tokens (neither special nor first) on which a gate is open, unsteered. */
export const GateRate = z.strictObject({
  source: z.string(),
  /** Null: a gate of the source's features alone. A trained one is of a pair, and its rate is its mean opening. */
  target: z.string().nullable(),
  layer: z.int(),
  language: z.string(),
  rate: z.number(),
  tokens: z.int(),
});
export type GateRate = z.infer<typeof GateRate>;

/** Every gate of the setups that is not trained. */
export function gatesOf({ request, featuresOf, windowOf }: Prepared): GateFeatures[] {
  const gated = request.methods.filter(({ family }) => ["SAE", "RandomSAE"].includes(family));
  const layersOf = ({ layer }: Setup) => gated.flatMap((method) => windowOf(method, layer));
  const places = request.setups.flatMap((setup) =>
    layersOf(setup).map((layer) => ({ source: setup.source, layer })),
  );
  const distinct = new Map(places.map((each) => [`${each.source} ${each.layer}`, each]));
  return [...distinct.values()].map((each) => ({
    ...each,
    features: featuresOf(each.source, each.layer),
  }));
}

/** How far each gate, trained or not, is open on every language. */
export async function gateRatesOf(
  prepared: Prepared,
  others: ReadonlyMap<string, Held>,
  trainer: GateTrainer,
): Promise<GateRate[]> {
  const { gateThreshold: threshold } = prepared.request;
  const gates: (Pick<GateRate, "source" | "target" | "layer"> & { gate: EngineGate })[] = [
    ...gatesOf(prepared).map(({ features, ...place }) => ({
      ...{ ...place, target: null, gate: { features, threshold } },
    })),
    ...trainer.trained.map((each) => ({ ...each, gate: engineGate(each) })),
  ];
  if (gates.length === 0) return [];
  const found: GateRate[] = [];
  for (const [language, texts] of others) {
    prepared.onNews({ type: "phase", phase: `gates: ${language}` });
    const { tokens, open } = await measureGates(prepared, texts, gates);
    for (const [at, { source, target, layer }] of gates.entries())
      found.push({ source, target, layer, language, rate: (open[at] as number) / tokens, tokens });
  }
  return found;
}
