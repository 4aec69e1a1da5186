import { requestError } from "../errors.js";
import type { ScoredRun } from "../runs/read.js";

/** Those of a run's layers that were asked for, in its order. @throws VscoreError (request) for what it lacks */
export function chooseLayers(
  { name, meta }: Pick<ScoredRun, "name" | "meta">,
  asked: readonly (number | string)[],
): number[] {
  const stray = asked.filter((layer) => !(meta.layers as (number | string)[]).includes(layer));
  if (stray.length === 0) return meta.layers.filter((layer) => asked.includes(layer));
  throw requestError(
    `--layers: found ${stray.join(", ")}, the run ${name} has the layers ${meta.layers.join(", ")}. Choose among them.`,
  );
}

/** Of an even number of layers, the upper one of the middle. */
export function middleLayer(layers: readonly number[]): number {
  const rising = layers.toSorted((a, b) => a - b);
  return rising[Math.floor(rising.length / 2)] as number;
}
