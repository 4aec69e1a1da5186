import { differingKeys } from "../config/differing-keys.js";
import { RunConfig } from "../config/schema.js";
import { requestError } from "../errors.js";
import { refuseControl } from "./controls.js";
import type { FinishedRun } from "./read.js";
import { storedConfig } from "./site.js";

/**
 * The config of a finished run.
 *
 * @throws VscoreError (request) where it and `meta.json` tell different stories: one of them was changed
 */
export function configOfRun({ meta, folder }: Pick<FinishedRun, "meta" | "folder">): RunConfig {
  const config = storedConfig(folder);
  // What the machine made of the request is in meta.json, not what was asked.
  const shared: Record<string, unknown> = Object.fromEntries(
    Object.entries(config).filter(([key]) => key in meta),
  );
  const machine = ["device", "dtype", "threads", "batch_tokens"];
  const resolved = [...machine, "model_revision", "corpus_revision"];
  const told: Record<string, unknown> = meta;
  const [key] = differingKeys(told, shared, resolved);
  if (key === undefined) return asComputed(config, meta);
  throw requestError(
    `${folder}: config.json says ${key} ${JSON.stringify(shared[key])}, meta.json says ${JSON.stringify(told[key])}. One of them was changed: restore it, or compute the run anew.`,
  );
}

/** What was found wanting when the run was computed is not to be tried anew by what is made with it. */
function asComputed(config: RunConfig, { precision, dtype }: FinishedRun["meta"]): RunConfig {
  const fellBack = precision !== null && precision.dtype !== dtype;
  return fellBack ? { ...config, dtype: RunConfig.shape.dtype.parse(dtype) } : config;
}

/**
 * The same, for reading or changing texts with a run's own model and dictionaries.
 *
 * @throws VscoreError (request) for a control too
 */
export function configToReadWith(run: Pick<FinishedRun, "meta" | "folder">): RunConfig {
  refuseControl(run);
  return configOfRun(run);
}
