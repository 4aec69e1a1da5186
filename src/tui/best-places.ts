import { type RankedFeature, rankedFeatures } from "../runs/top-features.js";
import type { OpenedRun } from "./model.js";

/** Every picture asks for them, and of many languages they take a moment. */
const known = new WeakMap<OpenedRun, (RankedFeature | null)[][]>();

/** The best feature of each language at each layer: [language][layer]; null where what the run is ranked by ranks none. */
export function bestPlaces(run: OpenedRun): (RankedFeature | null)[][] {
  const found = known.get(run) ?? bestOf(run);
  known.set(run, found);
  return found;
}

function bestOf(run: OpenedRun): (RankedFeature | null)[][] {
  const best = new Map(
    rankedFeatures(run, { topK: 1 }).map((place) => [`${place.layer} ${place.language}`, place]),
  );
  return run.meta.languages.map((code) =>
    run.meta.layers.map((layer) => best.get(`${layer} ${code}`) ?? null),
  );
}
