import { collectExamples } from "../compute/collect-examples.js";
import { loadRequest } from "../compute/compute-run.js";
import { checkCorpus } from "../compute/gather-texts.js";
import { tokenizeTexts } from "../compute/tokenize-texts.js";
import { folderOf } from "../config/paths.js";
import type { RunConfig } from "../config/schema.js";
import type { EngineJobs } from "../engine/engine-jobs.js";
import { requestError } from "../errors.js";
import type { FeatureContext } from "../features/describe-feature.js";
import { type CorpusText, textHash } from "../plan.js";
import { chooseExamples } from "../reduce/examples.js";
import { type FinishedRun, openSums } from "../runs/read.js";
import { configToReadWith } from "../runs/run-config.js";
import type { LanguageSums } from "../runs/sums-file.js";
import { differencesFromRun } from "./differences-from-run.js";

/**
 * The texts of a run in which a feature is strongest, read once more: which they are is known from its sums, what each token's
 * activation is takes the model. For a feature that `examples.json` has, the same as there.
 *
 * @throws VscoreError (request) where the corpus no longer has the run's texts
 */
export async function readContexts(
  run: FinishedRun,
  { layer, feature }: { layer: number; feature: number },
  jobs: EngineJobs,
  onLoaded: () => void = () => undefined,
): Promise<{ contexts: FeatureContext[]; warnings: string[] }> {
  const config = configToReadWith(run);
  const sums = run.meta.languages.map((language) => openSums(run, language));
  const choices = chooseExamples(layer, [feature], sums);
  if (choices.length === 0) return { contexts: [], warnings: [] };
  const shown = sums.filter(({ language }) => choices.some((each) => each.language === language));
  const texts = await textsOf(shown, run, config, jobs);
  const model_revision = folderOf(config.model_id) === null ? run.meta.model_revision : null;
  const loaded = await jobs.load(loadRequest({ ...config, model_revision }));
  onLoaded();
  await tokenizeTexts(texts, config, jobs);
  const memory = { budget: run.meta.batch_tokens, onHalved: async () => undefined };
  const rule = { special_tokens: config.special_tokens, first_token: config.first_token };
  const examples = await collectExamples(
    { ...rule, layers: [layer] },
    choices,
    shown,
    texts,
    jobs,
    memory,
  );
  return {
    contexts: examples.features[0]?.contexts ?? [],
    warnings: [...new Set([...loaded.warnings, ...differencesFromRun(run.meta, loaded)])],
  };
}

/** A run's own texts, found again in its corpus by their ids and held against their hashes. */
async function textsOf(
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
