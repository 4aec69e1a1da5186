import { RunConfig } from "../config/schema.js";
import type { LocalCorpus } from "../corpora/local-corpora.js";
import { requestError } from "../errors.js";
import type { FinishedRun } from "../runs/read.js";
import { configOfRun } from "../runs/run-config.js";
import { checkCorpus } from "./gather-texts.js";
import { pinnedTo } from "./pinned-config.js";

/**
 * The config of a run that another one keeps: at the same commits of model, dictionaries and corpus, but for some changes.
 *
 * @param why what the texts must be, for an error
 * @throws VscoreError (request) where the corpus has changed since the run
 */
export function innerConfig(
  run: FinishedRun,
  changes: Partial<RunConfig> & { out_dir: string },
  why: string,
): { config: RunConfig; local: LocalCorpus | null } {
  const own = configOfRun(run);
  // What is compared must be of one precision, whatever a check of its own texts would choose.
  const { meta } = run;
  const isChosen = meta.precision !== null || meta.dtype !== "float32";
  const dtype = isChosen ? RunConfig.shape.dtype.parse(meta.dtype) : own.dtype;
  const config = pinnedTo({ ...own, dtype, ...changes }, run.meta);
  const local = checkCorpus(config, config.split !== null);
  if (local !== null && local.revision !== run.meta.corpus_revision)
    throw requestError(
      `${run.meta.corpus} has changed since the run ${run.name}: it was ${run.meta.corpus_revision}, now it is ${local.revision}. ${why} Restore it, or compute the run anew.`,
    );
  return { config, local };
}
