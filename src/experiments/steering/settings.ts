import type { EngineGate, EngineSetting } from "../../engine/steer-jobs.js";
import { engineGate, type LearnedGate } from "./learned-gates.js";
import type { Method } from "./methods.js";
import type { Prepared } from "./prepare.js";
import type { Setup } from "./steering-request.js";
import { randomName, vectorName } from "./vectors.js";

/** What a method does to the model in one setup. @param learned its trained gates, by layer */
export function settingOf(
  { request, featuresOf, windowOf }: Pick<Prepared, "request" | "featuresOf" | "windowOf">,
  method: Method,
  { source, layer: base, alpha }: Setup,
  learned: ReadonlyMap<number, LearnedGate>,
): EngineSetting {
  const gateOf = (layer: number): EngineGate | null => {
    if (method.family === "SAE" || method.family === "RandomSAE")
      return { features: featuresOf(source, layer), threshold: request.gateThreshold };
    if (method.family === "Learned") return engineGate(learned.get(layer) as LearnedGate);
    return null;
  };
  const nameOf = method.family.startsWith("Random") ? randomName : vectorName;
  return {
    alpha,
    layers: windowOf(method, base).map((layer) => ({
      ...{ layer, vector: nameOf(layer), gate: gateOf(layer) },
    })),
  };
}
