import { type RankedFeature, rankedFeatures } from "../runs/top-features.js";
import type { OpenedRun } from "./model.js";

/** The best feature of each language at each layer: [language][layer]; null where what the run is ranked by ranks none. */
export function bestPlaces(run: OpenedRun): (RankedFeature | null)[][] {
  const best = new Map(
    rankedFeatures(run, { topK: 1 }).map((place) => [`${place.layer} ${place.language}`, place]),
  );
  return run.meta.languages.map((code) =>
    run.meta.layers.map((layer) => best.get(`${layer} ${code}`) ?? null),
  );
}
