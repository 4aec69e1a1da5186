import type { LocalCorpus } from "../corpora/local-corpora.js";
import { requestError } from "../errors.js";
import { shortHash } from "../plan.js";
import { holdoutFolder } from "../runs/holdout.js";
import { type FinishedRun, openSums } from "../runs/read.js";
import { type ComputedRun, type ComputeRequest, computeRun } from "./compute-run.js";
import { innerConfig } from "./inner-config.js";

export type Split = "dev" | "devtest";

/** The split that a run did not use. @throws VscoreError (request) where its corpus has none */
export function otherSplit({ name, meta }: FinishedRun): Split {
  if (meta.split !== null) return meta.split === "dev" ? "devtest" : "dev";
  throw requestError(
    `The corpus of the run ${name}, ${meta.corpus}, has no splits, so no other texts are set aside. Expected a corpus with dev and devtest. Without them the halves of the run's own texts take turns: nothing is to be computed.`,
  );
}

/** A text that is there in both splits had a part in ranking. */
function refuseOwnTexts(run: FinishedRun, local: LocalCorpus | null): void {
  if (local === null) return;
  for (const language of run.meta.languages) {
    const own = new Set(openSums(run, language).texts.map(({ sha256 }) => sha256));
    const common = (local.languages.get(language) ?? []).filter(({ text }) =>
      own.has(shortHash(text)),
    );
    if (common.length > 0)
      throw requestError(
        `${common.length} texts in ${language} are there in both splits of ${run.meta.corpus}, the first is ${common[0]?.id}: the run ${run.name} ranked its features on them. Expected texts that had no part in that. Take them out of one of the splits.`,
      );
  }
}

/**
 * What a run's features do on another split of its corpus, through the same commits of model, dictionaries and corpus: a run in the
 * run's folder.
 *
 * @throws VscoreError; what was finished of it stays
 */
export async function computeHoldout(
  run: FinishedRun,
  split: Split,
  request: Pick<
    ComputeRequest,
    "overwrite" | "signal" | "onNews" | "stallTimeout" | "engine" | "ray"
  >,
): Promise<ComputedRun> {
  if (split === run.meta.split)
    throw requestError(
      `--split ${split}: the run ${run.name} ranked its features on it. Expected texts that had no part in that. Leave it out, or give the other one.`,
    );
  otherSplit(run);
  const changes = { split, out_dir: holdoutFolder(run) };
  const why = "Held-out texts must be of the same corpus.";
  const { config, local } = innerConfig(run, changes, why);
  refuseOwnTexts(run, local);
  const resume = !request.overwrite;
  // Model and dictionaries are the run's own: it was looked at there whether they fit.
  return computeRun({ ...request, config, splitGiven: true, resume, selfCheck: false });
}
