import type { EngineJobs, Loaded } from "../../engine/engine-jobs.js";
import { requestError } from "../../errors.js";
import type { Ranking } from "../../reduce/v-score.js";
import type { LongExperiment } from "../../runs/experiments.js";
import type { FinishedRun } from "../../runs/read.js";
import { refuseTopK } from "../../runs/refuse-top-k.js";
import { configToReadWith } from "../../runs/run-config.js";
import type { OpenExperiment } from "../ablation/ablate-run.js";
import type { ExperimentNews } from "../ablation/measure.js";
import { loadRunModel } from "../run-model.js";
import { keptPart } from "./kept-part.js";
import { isGated, type Method, windowOf } from "./methods.js";
import { tokenizeTexts } from "./prompt-lengths.js";
import { type GivenBanks, refuseUnfit } from "./read-vectors.js";
import { type Pair, pairKey, type SteeringRequest } from "./steering-request.js";
import { identityOfSteering, type SteeringTexts, steeringTexts } from "./steering-texts.js";
import {
  type Bank,
  decodeMeans,
  encodeMeans,
  type HiddenMeans,
  hiddenMeans,
  steeringVectors,
} from "./vectors.js";

/** What an experiment of steering works with. */
export interface Prepared extends Ready {
  experiment: LongExperiment;
}

/** The same before the experiment is opened: what can be refused is refused first. */
export interface Ready {
  run: FinishedRun;
  request: SteeringRequest;
  jobs: EngineJobs;
  loaded: Loaded;
  texts: SteeringTexts;
  /** Vectors from files; null: they are made here. */
  banks: GivenBanks | null;
  onNews: (news: ExperimentNews) => void;
  /** A source language's top features at a layer. */
  featuresOf: (source: string, layer: number) => number[];
  /** The layers of a method that begins at a layer. */
  windowOf: (method: Method, base: number) => number[];
  /** Whether it is known which texts the vectors were made of. */
  isTold: boolean;
  vectors: VectorFacts;
  warnings: string[];
  /** All that the numbers hang on. */
  identity: object;
}

/** Vectors from files, and which texts they were made of. */
export interface TrainedOn {
  /** Beginnings of their hashes; null: the vectors are made here. */
  trained: readonly string[] | null;
  /** Whether such a file tells them. */
  isTold: boolean;
  banks: GivenBanks | null;
  /** How the vectors of files were made, as far as these agree and tell it; undefined: they are made here. */
  made?: VectorFacts;
}

/** How vectors were made; null: not known, or not of all pairs the same. */
export interface VectorFacts {
  train_n: number | null;
  split: string | null;
  special_tokens: string | null;
  first_token: string | null;
  normalize: boolean | null;
}

/** Reads texts, and loads the run's own model and dictionaries. */
export async function prepare(
  run: FinishedRun,
  request: SteeringRequest,
  { trained, isTold, banks, made }: TrainedOn,
  jobs: EngineJobs,
  onNews: (news: ExperimentNews) => void,
): Promise<Ready> {
  const config = configToReadWith(run);
  const gated = gatedLayers(request);
  refuseMissing(
    run,
    gated.filter((layer) => layer <= Math.max(...run.meta.layers)),
  );
  const read = gated.filter((layer) => run.meta.layers.includes(layer));
  if (gated.length > 0) refuseTopK(request.gateTopK, run, read, "--gate-topk");
  onNews({ type: "phase", phase: "reading texts" });
  const texts = await steeringTexts(run, request, trained, jobs);
  // One at least: how texts begin is told by dictionaries.
  const layers = read.length > 0 ? read : run.meta.layers.slice(0, 1);
  const { loaded, warnings } = await loadRunModel(run, config, layers, jobs);
  onNews({ type: "loaded" });
  const { n_layers } = loaded.model;
  for (const { layer } of request.setups)
    if (layer >= n_layers)
      throw requestError(
        `--base-layer ${layer}: the model has the layers 0 to ${n_layers - 1}. Choose one of them.`,
      );
  refuseMissing(
    run,
    gated.filter((layer) => layer < n_layers),
  );
  const featuresOf = (source: string, layer: number): number[] => {
    const { features, index } = run.rankings.get(layer) as Ranking;
    const k = run.meta.languages.indexOf(source);
    return [...index.subarray(k * features, k * features + request.gateTopK)];
  };
  const sources = [...new Set(request.setups.map(({ source }) => source))];
  const identity = {
    ...{ schema_version: 1, ...request, hook: run.meta.hook, batch_tokens: run.meta.batch_tokens },
    model: { id: config.model_id, revision: run.meta.model_revision, dtype: run.meta.dtype },
    texts: identityOfSteering(texts),
    vectors: banks === null ? null : [...banks.values()].map(({ sha256 }) => sha256),
    gates: sources.map((source) => read.map((layer) => featuresOf(source, layer))),
  };
  const ready: Ready = {
    ...{ run, request, jobs, loaded, texts, banks, onNews, featuresOf, isTold, identity },
    vectors: made ?? {
      ...{ train_n: request.trainTexts, split: texts.trainSplit, ...request.rule },
      normalize: request.normalize,
    },
    windowOf: (method, base) => windowOf(method, base, n_layers),
    warnings: [...warnings, ...cutWindows(request, n_layers)],
  };
  for (const bank of banks?.values() ?? [])
    refuseUnfit(bank, steeredLayers(ready), loaded.model.d_model);
  return ready;
}

/** Opens the experiment, once everything that can be refused was. @param asked what else its numbers hang on */
export const openPrepared = async (
  ready: Ready,
  open: OpenExperiment,
  asked: object = {},
): Promise<Prepared> => ({
  ...ready,
  experiment: await open({ ...ready.identity, ...asked }),
});

/** Layers that a gate is read at, as far as methods ask for them. */
function gatedLayers({ setups, methods }: SteeringRequest): number[] {
  const longest = Math.max(0, ...methods.filter(isGated).map(({ k }) => k));
  const all = setups.flatMap(({ layer }) =>
    windowOf({ k: longest }, layer, Number.POSITIVE_INFINITY),
  );
  return [...new Set(all)].sort((a, b) => a - b);
}

function refuseMissing({ name, meta }: FinishedRun, layers: readonly number[]): void {
  const missing = layers.filter((layer) => !meta.layers.includes(layer));
  if (missing.length === 0) return;
  const all = [...new Set([...meta.layers, ...missing])].sort((a, b) => a - b);
  throw requestError(
    `The run ${name} has features of the layers ${meta.layers.join(", ")}, and gates are asked for at ${missing.join(", ")}. Expected features of every layer that is gated. Compute a run with --layers ${all.join(",")}, choose another --base-layer, or --methods with fewer layers.`,
  );
}

function cutWindows({ setups, methods }: SteeringRequest, layers: number): string[] {
  const cut = [...new Set(setups.map(({ layer }) => layer))].filter((layer) =>
    methods.some((method) => windowOf(method, layer, layers).length < method.k),
  );
  return cut.length === 0
    ? []
    : [
        `from layer ${cut.join(", ")} the model has fewer layers than some methods steer: they steer those that there are`,
      ];
}

/** Makes the vectors of pairs, or takes those of files; each language is read once. */
export function vectorMaker(prepared: Prepared): (pair: Pair) => Promise<Bank> {
  const { request, loaded, texts, jobs, run, banks, onNews } = prepared;
  const width = loaded.model.d_model;
  const layers = steeredLayers(prepared);
  const meansOf = once(
    (language: string): Promise<HiddenMeans> =>
      keptPart(
        prepared,
        `means-${language}.safetensors`,
        (bytes) => decodeMeans(bytes, layers, width),
        async () => {
          onNews({ type: "phase", phase: `vectors: ${language}` });
          const own = texts.train.get(language) ?? [];
          const name = `train:${language}`;
          const lengths = await tokenizeTexts(prepared, name, own);
          return hiddenMeans(jobs, {
            ...{ name, ids: own.map(({ id }) => id), lengths, layers, width },
            ...{ rule: request.rule, budget: run.meta.batch_tokens },
          });
        },
        encodeMeans,
      ),
  );
  return async (pair) =>
    banks?.get(pairKey(pair))?.bank ??
    steeringVectors(await meansOf(pair.target), await meansOf(pair.source), request.normalize);
}

/** What a name stands for, found once. */
export function once<T>(find: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const found = new Map<string, Promise<T>>();
  return (name) => {
    const known = found.get(name) ?? find(name);
    found.set(name, known);
    return known;
  };
}

/** All layers that some method of some setup steers. */
const steeredLayers = ({ request, windowOf: windows }: Ready): number[] =>
  [
    ...new Set(
      request.setups.flatMap(({ layer }) =>
        request.methods.flatMap((method) => windows(method, layer)),
      ),
    ),
  ].sort((a, b) => a - b);
