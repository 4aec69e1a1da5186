import { relative } from "node:path";
import { requestError } from "../errors.js";
import { baseline } from "../experiments/steering/baseline.js";
import { companionBaseline, companionName } from "../experiments/steering/companion-baseline.js";
import { standardBase } from "../experiments/steering/steering-request.js";
import { rankedBy } from "../runs/rank-by.js";
import { openRun } from "../runs/read.js";
import { baselineLines } from "../views/baseline-text.js";
import { asJson, type Output } from "./output.js";
import { runLongExperiment } from "./run-long-experiment.js";
import { type SteeringOptions, steeringRequest, trainedOn } from "./steering-request.js";

export interface SteerBaselineOptions extends SteeringOptions {
  maxNewTokens: number;
}

/** Where the steering repository's own demonstration steers. */
const THEIR_LAYER = 18;

/** `vscore steer baseline RUN`: one text continued as the model is, with the vector, and with it gated. */
export async function steerBaseline(
  name: string,
  options: SteerBaselineOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const run = rankedBy(openRun(name), options.rankBy, options.gateTopK);
  const layers = options.layers ?? [standardBase(run.meta.layers, THEIR_LAYER)];
  const request = steeringRequest(run, { ...options, layers }, output);
  if (request.setups.length > 1)
    throw requestError(
      `steer baseline shows one text under one setup, and ${request.setups.length} were asked for. Expected one --source-lang, --target-lang, --base-layer and --alpha. Name one of each; steer clc takes several.`,
    );
  const { result, folder } = await runLongExperiment(
    run,
    "steer-baseline",
    async (jobs, open, onNews) => {
      const trained = await trainedOn(run, request, jobs);
      return baseline(run, request, options.maxNewTokens, trained, jobs, open, onNews);
    },
    {
      filesOf: (result) =>
        new Map([[companionName(result), companionBaseline(result, run.meta.sae_release)]]),
    },
    output,
    signal,
  );
  if (options.json) output.data(asJson({ ...result, folder }));
  else output.result([...baselineLines(result), "", `Wrote ${relative(".", folder)}`].join("\n"));
}
