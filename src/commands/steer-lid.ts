import { relative } from "node:path";
import { shortCode } from "../config/short-codes.js";
import { requestError } from "../errors.js";
import { steeringFileName } from "../exchange/steering-names.js";
import { lidCsv } from "../exchange/steering-results.js";
import { standardCorpus } from "../experiments/ablation/evaluation-texts.js";
import { identify, type LidMetric } from "../experiments/steering/lid.js";
import type { LidResult } from "../experiments/steering/lid-result.js";
import { parseMethods } from "../experiments/steering/methods.js";
import { tagOf } from "../experiments/steering/names.js";
import { trainedTexts } from "../experiments/steering/read-vectors.js";
import {
  pairsOf,
  type SteeringRequest,
  standardBase,
} from "../experiments/steering/steering-request.js";
import { openRun } from "../runs/read.js";
import { lidLines } from "../views/lid-table.js";
import { asJson, type Output } from "./output.js";
import { runLongExperiment } from "./run-long-experiment.js";

export interface SteerLidOptions {
  source: string[];
  target: string[];
  layers?: (number | string)[] | undefined;
  alphas: number[];
  methods: string;
  trainTexts: number;
  evalTexts: number;
  otherTexts?: number | undefined;
  gateTopK: number;
  gateThreshold: number;
  metric: LidMetric;
  positions: "counted" | "all";
  corpus?: string | undefined;
  split?: string | undefined;
  trainSplit: "dev" | "devtest";
  specialTokens: "drop" | "keep";
  firstToken: "drop" | "keep";
  normalize: boolean;
  bank?: string | undefined;
  seed: number;
  json: boolean;
}

/** `vscore steer lid RUN`: which language the model says that texts are in, as it is and steered. */
export async function steerLid(
  name: string,
  options: SteerLidOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const run = openRun(name);
  const isAll = options.source.length === 1 && options.source[0] === "all";
  const pairs = pairsOf(run, isAll ? null : options.source, options.target);
  const bases = options.layers ?? [standardBase(run.meta.layers)];
  const setups = pairs.flatMap((pair) =>
    bases.flatMap((layer) =>
      options.alphas.map((alpha) => {
        if (typeof layer === "number" && layer >= 0) return { ...pair, layer, alpha };
        throw requestError(`--base-layer: found ${layer}. Expected the number of a layer.`);
      }),
    ),
  );
  const request: SteeringRequest = {
    ...{ setups, methods: parseMethods(options.methods), trainTexts: options.trainTexts },
    ...{ evalTexts: options.evalTexts, otherTexts: options.otherTexts ?? options.evalTexts },
    ...{ gateTopK: options.gateTopK, gateThreshold: options.gateThreshold },
    ...{ positions: options.positions, normalize: options.normalize },
    rule: { special_tokens: options.specialTokens, first_token: options.firstToken },
    corpus: options.corpus ?? standardCorpus(run),
    split: (options.split ?? "devtest") as "dev" | "devtest",
    ...{ trainSplit: options.trainSplit, splitGiven: options.split !== undefined },
    ...{ bank: options.bank ?? null, seed: options.seed },
  };
  const { result, folder } = await runLongExperiment(
    run,
    "steer-lid",
    async (jobs, open, onNews) => {
      const told =
        options.bank === undefined ? null : await trainedTexts(options.bank, pairs, run.meta, jobs);
      const how = {
        ...{ metric: options.metric, trained: told === null ? null : (told.texts ?? []) },
        isTold: told === null || told.texts !== null,
      };
      return identify(run, request, how, jobs, open, onNews);
    },
    { figuresOf: () => [], filesOf: tablesOf },
    output,
    signal,
  );
  if (options.json) output.data(asJson({ ...result, folder }));
  else output.result([...lidLines(result), "", `Wrote ${relative(".", folder)}`].join("\n"));
}

/** A table for each pair, layer and α, as the steering repository keeps them; controls are none of its methods. */
function tablesOf(result: LidResult): Map<string, string> {
  const setups = Map.groupBy(
    result.cells.filter(({ method }) => !method.startsWith("Random")),
    ({ source, target, layer, alpha }) => `${source} ${target} ${layer} ${alpha}`,
  );
  return new Map(
    [...setups.values()].map((cells) => {
      const [{ source, target, layer, alpha }] = cells as [LidResult["cells"][number]];
      const file = steeringFileName("lid", {
        ...{ tag: tagOf(result.model_id), source: shortCode(source).code },
        ...{ target: shortCode(target).code, layer, alpha, topK: result.gate.top_k },
        ...{ trainN: result.vectors.train_n, evalN: result.evaluation.eval_n },
        ...{ otherN: result.evaluation.other_eval_n, metric: result.metric },
      });
      const rows = cells.map((cell) => ({
        ...{ method: cell.method, k: cell.k, collateral: cell.collateral.value },
        target: (result.metric === "first-token" ? cell.ce_first : cell.ce_full).value,
      }));
      return [file, lidCsv({ rows })];
    }),
  );
}
