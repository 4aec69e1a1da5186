import { folderOf } from "../config/paths.js";
import type { RunConfig } from "../config/schema.js";
import { GATED_CORPUS } from "../runs/files.js";

/** A config that keeps to commits, wherever their branches point to now; what is local has none. */
export const pinnedTo = (
  config: RunConfig,
  commits: Pick<RunConfig, "model_revision" | "corpus_revision">,
): RunConfig => ({
  ...config,
  model_revision: folderOf(config.model_id) === null ? commits.model_revision : null,
  corpus_revision: config.corpus === GATED_CORPUS ? commits.corpus_revision : null,
});
