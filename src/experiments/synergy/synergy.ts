import type { EngineJobs } from "../../engine/engine-jobs.js";
import { requestError } from "../../errors.js";
import { ENOUGH_TEXTS } from "../../reduce/enough-texts.js";
import type { Ranking } from "../../reduce/v-score.js";
import type { FinishedRun } from "../../runs/read.js";
import { configToReadWith } from "../../runs/run-config.js";
import { describeTexts, type OpenExperiment } from "../ablation/ablate-run.js";
import type { EvaluationFacts } from "../ablation/ablation-result.js";
import { distinctSets } from "../ablation/ablation-sets.js";
import {
  type EvaluationRequest,
  evaluationTexts,
  identityOfTexts,
  tokenizeEvaluation,
} from "../ablation/evaluation-texts.js";
import { type ExperimentNews, measureLanguages } from "../ablation/measure.js";
import type { Projection } from "../ablation/read-losses.js";
import { encodeRows } from "../ablation/rows-file.js";
import { loadRunModel } from "../run-model.js";
import { type CrossActivation, crossActivation } from "./cross-activation.js";
import type { LanguageGroups } from "./language-groups.js";
import {
  type PairPlaces,
  type PairSynergy,
  type RelationSynergy,
  superAdditivity,
} from "./super-additivity.js";

export interface SynergyRequest {
  layers: number[];
  /** Features of each language that are taken out together. */
  topK: number;
  projection: Projection;
  seed: number;
  groups: LanguageGroups | null;
  evaluation: EvaluationRequest;
}

/** `result.json` of the experiment, and what `vscore synergy --json` prints. */
export interface SynergyResult {
  schema_version: 1;
  run: string;
  ranked_by: string;
  top_k: number;
  projection: string;
  layers: number[];
  /** All of the run's, whose features were taken out; those that were evaluated are in `evaluation`. */
  languages: string[];
  groups: LanguageGroups | null;
  evaluation: EvaluationFacts;
  is_enough: boolean;
  pairs: PairSynergy[];
  relations: RelationSynergy[];
  cross_activation: CrossActivation[];
  warnings: string[];
}

/** Both readings of synergy between languages: super-additivity of taking features out, and activation on each other's texts. */
export async function synergy(
  run: FinishedRun,
  request: SynergyRequest,
  jobs: EngineJobs,
  open: OpenExperiment,
  onNews: (news: ExperimentNews) => void,
): Promise<{ result: SynergyResult; rows: Uint8Array }> {
  const config = configToReadWith(run);
  const { layers, topK, projection, groups } = request;
  const planned = layers.map((layer) => pairSets(run, layer, topK));
  onNews({ type: "phase", phase: "reading texts" });
  const texts = await evaluationTexts(run, request.evaluation, jobs);
  const { loaded, warnings } = await loadRunModel(run, config, layers, jobs);
  const { languages, lengths, warnings: ofTexts } = await tokenizeEvaluation(texts, loaded, jobs);
  const experiment = await open({
    ...{ schema_version: 1, layers, top_k: topK, projection, seed: request.seed, groups },
    ...{ hook: run.meta.hook, batch_tokens: run.meta.batch_tokens },
    model: { id: config.model_id, revision: run.meta.model_revision, dtype: run.meta.dtype },
    evaluation: identityOfTexts(texts),
    features: planned.map(({ layer, features }) => ({ layer, features: [...features.values()] })),
  });
  const plans = new Map(
    languages.map(({ language }) => [language, planned.map((each) => planFor(language, each))]),
  );
  const { measured, units } = await measureLanguages(
    { languages, lengths, planOf: (language) => plans.get(language) ?? [] },
    { projection, hook: run.meta.hook, budget: run.meta.batch_tokens },
    experiment,
    jobs,
    onNews,
  );
  onNews({ type: "phase", phase: "summing up" });
  const evaluation = describeTexts(texts, measured);
  const { pairs, relations } = superAdditivity(measured, plans, {
    ...{ units, seed: request.seed, groups },
  });
  return {
    result: {
      ...{
        schema_version: 1,
        run: run.name,
        ranked_by: run.measure ?? "v",
        top_k: topK,
        projection,
        layers,
      },
      ...{ languages: run.meta.languages, groups, evaluation },
      is_enough: evaluation.fewest >= ENOUGH_TEXTS && evaluation.is_disjoint,
      ...{ pairs, relations },
      cross_activation: layers.map((layer) => crossActivation(run, layer, topK)),
      warnings: [...new Set([...warnings, ...ofTexts])],
    },
    rows: encodeRows(texts, measured, plans),
  };
}

interface LayerFeatures {
  layer: number;
  /** By language, its best features. */
  features: ReadonlyMap<string, number[]>;
}

function pairSets(run: FinishedRun, layer: number, topK: number): LayerFeatures {
  const { features, index } = run.rankings.get(layer) as Ranking;
  if (topK > features)
    throw requestError(
      `--top-k ${topK}: the dictionary of layer ${layer} has ${features} features. Choose fewer.`,
    );
  return {
    layer,
    features: new Map(
      run.meta.languages.map((language, k) => [
        language,
        Array.from(index.subarray(k * features, k * features + topK)),
      ]),
    ),
  };
}

/** What a language is read under: every language's features alone, and its own together with each other one's. */
export function planFor(
  language: string,
  { layer, features }: LayerFeatures,
): PairPlaces & { distinct: number[][] } {
  const own = features.get(language) ?? [];
  const others = [...features].filter(([code]) => code !== language);
  const { distinct, places } = distinctSets([
    ...[...features.values()].map((set) => ({ features: set })),
    ...others.map(([, set]) => ({ features: [...new Set([...own, ...set])] })),
  ]);
  const placeOf = (at: number) => places[at] as number;
  return {
    layer,
    distinct,
    singles: new Map([...features.keys()].map((code, at) => [code, placeOf(at)])),
    pairs: new Map(others.map(([code], at) => [code, placeOf(features.size + at)])),
  };
}
