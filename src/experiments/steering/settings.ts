import type { EngineGate, EngineSetting } from "../../engine/steer-jobs.js";
import type { Method } from "./methods.js";
import type { Prepared } from "./prepare.js";
import type { Setup } from "./steering-request.js";
import { randomName, vectorName } from "./vectors.js";

/** What a method does to the model in one setup. */
export function settingOf(
  { request, featuresOf, windowOf }: Pick<Prepared, "request" | "featuresOf" | "windowOf">,
  method: Method,
  { source, layer: base, alpha }: Setup,
): EngineSetting {
  const gateOf = (layer: number): EngineGate =>
    method.family === "SAE"
      ? { features: featuresOf(source, layer), threshold: request.gateThreshold }
      : null;
  const nameOf = method.family === "Random" ? randomName : vectorName;
  return {
    alpha,
    layers: windowOf(method, base).map((layer) => ({
      ...{ layer, vector: nameOf(layer), gate: gateOf(layer) },
    })),
  };
}
