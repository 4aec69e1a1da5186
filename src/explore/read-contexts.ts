import { collectExamples } from "../compute/collect-examples.js";
import { loadRequest } from "../compute/compute-run.js";
import { ownTexts } from "../compute/own-texts.js";
import { tokenizeTexts } from "../compute/tokenize-texts.js";
import { folderOf } from "../config/paths.js";
import type { EngineJobs } from "../engine/engine-jobs.js";
import type { FeatureContext } from "../features/describe-feature.js";
import { chooseExamples } from "../reduce/examples.js";
import { type FinishedRun, openSums } from "../runs/read.js";
import { configToReadWith } from "../runs/run-config.js";
import { warningsOf } from "./differences-from-run.js";

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
  const texts = await ownTexts(shown, run, config, jobs);
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
    warnings: warningsOf(run, loaded),
  };
}
