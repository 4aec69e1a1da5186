import type { RunConfig } from "../config/schema.js";
import type { EngineJobs } from "../engine/engine-jobs.js";
import { requestError } from "../errors.js";
import { type CorpusText, textHash } from "../plan.js";
import type { FinishedRun } from "../runs/read.js";
import type { LanguageSums } from "../runs/sums-file.js";
import { checkCorpus } from "./gather-texts.js";

/**
 * A run's own texts, found again in its corpus by their ids and held against their hashes.
 *
 * @throws VscoreError (request) where the corpus no longer has them
 */
export async function ownTexts(
  languages: readonly LanguageSums[],
  run: FinishedRun,
  config: RunConfig,
  jobs: EngineJobs,
): Promise<Map<string, CorpusText[]>> {
  const codes = languages.map(({ language }) => language);
  const local = checkCorpus({ ...config, languages: codes }, false);
  const fetched =
    local === null
      ? await jobs.flores({
          languages: codes,
          split: config.split ?? "dev",
          revision: run.meta.corpus_revision,
        })
      : null;
  return new Map(
    languages.map(({ language, texts }) => {
      const all = local?.languages.get(language) ?? fetched?.get(language)?.texts ?? [];
      const byId = new Map(all.map((text) => [text.id, text]));
      const own = texts.map(({ id, sha256 }): CorpusText => {
        const text = byId.get(id);
        if (text !== undefined && textHash(text.text).startsWith(sha256)) return text;
        throw requestError(
          `${config.corpus}: the text ${id} of ${language} is ${text === undefined ? "not there any more" : "another one now"}. Expected the texts that the run ${run.name} was made from. Restore the corpus, or compute the run anew.`,
        );
      });
      return [language, own];
    }),
  );
}
