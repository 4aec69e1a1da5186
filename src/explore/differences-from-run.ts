import type { Loaded } from "../engine/engine-jobs.js";
import { notRebuiltWarnings } from "../runs/fidelity-file.js";
import type { Meta } from "../runs/meta.js";
import type { FinishedRun } from "../runs/read.js";

/** What a reader of anything that is made with a run's model must know: of what is loaded, of what differs, of what is not rebuilt. */
export function warningsOf(
  { meta, fidelity }: Pick<FinishedRun, "meta" | "fidelity">,
  loaded: Pick<Loaded, "model" | "dtype" | "dictionaries" | "warnings">,
): string[] {
  const isLoaded = ({ layer }: { layer: number }) =>
    loaded.dictionaries.some((dictionary) => dictionary.layer === layer);
  const lost =
    fidelity === null
      ? []
      : notRebuiltWarnings({ ...fidelity, layers: fidelity.layers.filter(isLoaded) });
  return [...new Set([...loaded.warnings, ...differencesFromRun(meta, loaded), ...lost])];
}

/** What is loaded otherwise than the run was made with, as far as it changes what the run's means can say of a text. */
export function differencesFromRun(
  meta: Pick<Meta, "model_id" | "model_revision" | "dtype" | "dictionaries">,
  loaded: Pick<Loaded, "model" | "dtype" | "dictionaries">,
): string[] {
  const told: [what: string, then: string | null, now: string | null][] = [
    [`the model ${meta.model_id}`, meta.model_revision, loaded.model.revision],
    ["the model's precision", meta.dtype, loaded.dtype],
  ];
  for (const { layer, sae_id, revision } of loaded.dictionaries) {
    const then = meta.dictionaries.find((dictionary) => dictionary.layer === layer);
    if (then === undefined) continue;
    const what = `the dictionary of layer ${layer}`;
    told.push([what, then.sae_id, sae_id], [what, then.revision, revision]);
  }
  return told
    .filter(([, then, now]) => then !== now)
    .map(
      ([what, then, now]) =>
        `${what} is ${now ?? "(unknown)"} here, the run was made with ${then ?? "(unknown)"}: activations may differ from the run's`,
    );
}
