import type { Loaded } from "../engine/engine-jobs.js";
import type { Meta } from "../runs/meta.js";

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
