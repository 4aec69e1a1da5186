import { loadRequest } from "../compute/compute-run.js";
import { folderOf } from "../config/paths.js";
import type { RunConfig } from "../config/schema.js";
import type { EngineJobs, Loaded } from "../engine/engine-jobs.js";
import { requestError } from "../errors.js";
import { warningsOf } from "../explore/differences-from-run.js";
import type { FinishedRun } from "../runs/read.js";

/**
 * Loads a run's own model, and its dictionaries of some layers.
 *
 * @returns what is loaded, and what a reader of the results must know of it
 * @throws VscoreError (request) where a dictionary is not the run's
 */
export async function loadRunModel(
  run: FinishedRun,
  config: RunConfig,
  layers: number[],
  jobs: EngineJobs,
): Promise<{ loaded: Loaded; warnings: string[] }> {
  const model_revision = folderOf(config.model_id) === null ? run.meta.model_revision : null;
  const loaded = await jobs.load(loadRequest({ ...config, layers, model_revision }));
  refuseOtherDictionaries(run, loaded);
  return { loaded, warnings: warningsOf(run, loaded) };
}

/** A feature's number means another feature in another dictionary. */
function refuseOtherDictionaries(run: FinishedRun, loaded: Loaded): void {
  for (const { layer, sae_id, d_sae } of loaded.dictionaries) {
    const then = run.meta.dictionaries.find((dictionary) => dictionary.layer === layer);
    if (then === undefined || (then.sae_id === sae_id && then.d_sae === d_sae)) continue;
    throw requestError(
      `The dictionary of layer ${layer} is ${sae_id} with ${d_sae} features here, the run ${run.name} was made with ${then.sae_id} and ${then.d_sae}. A feature's number means another feature in each. Restore the dictionary, or compute the run anew.`,
    );
  }
}
