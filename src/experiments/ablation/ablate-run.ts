import type { RunConfig } from "../../config/schema.js";
import { usedDictionary } from "../../engine/dictionary-facts.js";
import type { EngineJobs } from "../../engine/engine-jobs.js";
import { requestError } from "../../errors.js";
import { ENOUGH_TEXTS } from "../../reduce/enough-texts.js";
import type { LongExperiment } from "../../runs/experiments.js";
import type { FinishedRun } from "../../runs/read.js";
import { configToReadWith } from "../../runs/run-config.js";
import { loadRunModel } from "../run-model.js";
import type {
  AblationConfig,
  AblationResult,
  AblationSet,
  EvaluationFacts,
} from "./ablation-result.js";
import { ablationSets, type SetsOn, setsOn } from "./ablation-sets.js";
import {
  type EvaluationRequest,
  type EvaluationTexts,
  evaluationTexts,
  identityOfTexts,
  tokenizeEvaluation,
} from "./evaluation-texts.js";
import { type ExperimentNews, measureLanguages } from "./measure.js";
import type { Projection } from "./read-losses.js";
import { encodeRows } from "./rows-file.js";
import { type MeasuredLanguage, type MeasuredLayer, summarise } from "./summarise.js";

export interface AblationRequest {
  layers: number[];
  /** Whose features are taken out. */
  ablated: string[];
  configs: AblationConfig[];
  projection: Projection;
  /** Random controls for each set. */
  draws: number;
  seed: number;
  evaluation: EvaluationRequest;
}

/** Where experiments are kept, opened once everything is known that its numbers hang on. */
export type OpenExperiment = (request: object) => Promise<LongExperiment>;

/**
 * Takes the decoder directions of languages' best features out of a run's own model, layer by layer, and measures what its
 * predictions of every language lose. The model is read once without any, and once for each distinct set.
 *
 * @throws VscoreError (request) where the dictionaries are not the run's, or texts are too few
 */
export async function ablate(
  run: FinishedRun,
  request: AblationRequest,
  jobs: EngineJobs,
  open: OpenExperiment,
  onNews: (news: ExperimentNews) => void,
): Promise<{ result: AblationResult; rows: Uint8Array }> {
  const config = configToReadWith(run);
  const { layers } = request;
  const planned = layers.map((layer) => ({
    layer,
    sets: ablationSets(run, layer, { ...request, languages: request.ablated }),
  }));
  onNews({ type: "phase", phase: "reading texts" });
  const texts = await evaluationTexts(run, request.evaluation, jobs);
  if (!request.ablated.some((language) => texts.languages.has(language)))
    throw requestError(
      `--languages: found ${request.ablated.join(", ")}, of which ${texts.corpus} has no texts: what their features cost them cannot be told. Choose among ${[...texts.languages.keys()].join(", ")}, or another --corpus.`,
    );
  const { loaded, warnings } = await loadRunModel(run, config, layers, jobs);
  const { languages, lengths, warnings: ofTexts } = await tokenizeEvaluation(texts, loaded, jobs);
  const experiment = await open(identityOf(run, request, config, texts, planned));
  const plans = new Map(
    languages.map(({ language }) => [
      language,
      planned.map(({ layer, sets }) => setsOn(language, layer, sets)),
    ]),
  );
  const { measured, units } = await measureLanguages(
    { languages, lengths, planOf: (language) => plans.get(language) as SetsOn[] },
    { projection: request.projection, hook: run.meta.hook, budget: run.meta.batch_tokens },
    experiment,
    jobs,
    onNews,
  );
  onNews({ type: "phase", phase: "summing up" });
  const { cells, summary } = summarise(
    measured,
    planned.map(
      ({ layer, sets }, at): MeasuredLayer => ({
        ...{ layer, sets },
        on: (language) => plans.get(language)?.[at] as SetsOn,
      }),
    ),
    units,
    request.seed,
  );
  const evaluation = describeTexts(texts, measured);
  const result: AblationResult = {
    ...{
      schema_version: 1,
      run: run.name,
      ranked_by: run.measure ?? "v",
      projection: request.projection,
      positions: "all",
    },
    dictionaries: loaded.dictionaries.map(usedDictionary),
    ...{ layers, languages: languages.map(({ language }) => language), ablated: request.ablated },
    configs: request.configs,
    evaluation,
    is_enough: evaluation.fewest >= ENOUGH_TEXTS && evaluation.is_disjoint,
    sets: planned.flatMap(({ layer, sets }) => sets.map((set) => ({ layer, ...set }))),
    ...{ cells, summary },
    warnings: [...new Set([...warnings, ...ofTexts])],
  };
  return { result, rows: encodeRows(texts, measured, plans) };
}

/** All that the numbers hang on: an experiment goes on only where this is the same. */
const identityOf = (
  run: FinishedRun,
  { evaluation: _, ...request }: AblationRequest,
  { model_id }: RunConfig,
  texts: EvaluationTexts,
  planned: readonly { layer: number; sets: readonly AblationSet[] }[],
): object => ({
  ...{ schema_version: 1, ...request, hook: run.meta.hook, batch_tokens: run.meta.batch_tokens },
  model: { id: model_id, revision: run.meta.model_revision, dtype: run.meta.dtype },
  evaluation: identityOfTexts(texts),
  sets: Object.fromEntries(
    planned.map(({ layer, sets }) => [layer, sets.map(({ features }) => features)]),
  ),
});

/** On what an experiment was evaluated. */
export function describeTexts(
  { corpus, split, revision, lacking, excluded, isDisjoint }: EvaluationTexts,
  measured: readonly MeasuredLanguage[],
): EvaluationFacts {
  const counts = measured.map(({ language, unitOf, baseline }) => ({
    language,
    texts: baseline.tokens.length,
    documents: new Set(unitOf).size,
    tokens: baseline.tokens.reduce((sum, count) => sum + count, 0),
  }));
  return {
    ...{ corpus, split, revision, lacking, excluded, is_disjoint: isDisjoint },
    fewest: Math.min(...counts.map(({ texts }) => texts)),
    fewest_documents: Math.min(...counts.map(({ documents }) => documents)),
    languages: counts.map((each, at) => ({
      ...each,
      baseline: total(measured[at]) / each.tokens,
    })),
  };
}

const total = (language: MeasuredLanguage | undefined): number =>
  language?.baseline.loss[0]?.reduce((sum, loss) => sum + loss, 0) ?? 0;
