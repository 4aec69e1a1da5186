import { relative } from "node:path";
import { shortCode } from "../config/short-codes.js";
import { steeringFileName } from "../exchange/steering-names.js";
import { type ContinuationTable, clcCsv } from "../exchange/steering-results.js";
import { continueTexts } from "../experiments/steering/clc.js";
import type { ClcResult } from "../experiments/steering/clc-result.js";
import { tagOf } from "../experiments/steering/names.js";
import { openRun } from "../runs/read.js";
import { clcPanels } from "../views/charts/steering.js";
import { clcLines } from "../views/clc-table.js";
import { asJson, type Output } from "./output.js";
import { runLongExperiment } from "./run-long-experiment.js";
import { type SteeringOptions, steeringRequest, trainedOn } from "./steering-request.js";

export interface SteerClcOptions extends SteeringOptions {
  prompt: "instruction" | "beginning";
  promptWords: number;
  maxNewTokens: number;
  wordsForLid: number;
}

/** `vscore steer clc RUN`: in which language the model goes on with texts, as it is and steered. */
export async function steerClc(
  name: string,
  options: SteerClcOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const run = openRun(name);
  const request = steeringRequest(run, options, output);
  const { prompt, promptWords, maxNewTokens, wordsForLid } = options;
  const asked = { prompt, promptWords, maxNewTokens, wordsForLid };
  const { result, folder } = await runLongExperiment(
    run,
    "steer-clc",
    async (jobs, open, onNews) => {
      const how = await trainedOn(run, request, jobs);
      return continueTexts(run, request, asked, how, jobs, open, onNews);
    },
    { figuresOf: (result) => [["methods", clcPanels(tablesOf(result))]], filesOf },
    output,
    signal,
  );
  if (options.json) output.data(asJson({ ...result, folder }));
  else output.result([...clcLines(result), "", `Wrote ${relative(".", folder)}`].join("\n"));
}

/** A table for each pair, layer and α, as the steering repository keeps them; controls are none of its methods. */
function tablesOf(result: ClcResult): ContinuationTable[] {
  const setups = Map.groupBy(
    result.cells.filter(({ method }) => !method.startsWith("Random")),
    ({ source, target, layer, alpha }) => `${source} ${target} ${layer} ${alpha}`,
  );
  return [...setups.values()].map((cells) => {
    const [{ source, target, layer, alpha }] = cells as [ClcResult["cells"][number]];
    const settings = {
      ...{ tag: tagOf(result.model_id), source: shortCode(source).code },
      ...{ target: shortCode(target).code, layer, alpha, topK: result.gate.top_k },
      ...{ trainN: result.vectors.train_n, evalN: result.evaluation.eval_n },
      ...{ otherN: result.evaluation.other_eval_n, metric: null },
    };
    const rows = cells.map((cell) => ({
      ...{ method: cell.method, k: cell.k, interval: cell.success.interval },
      ...{ success: cell.success.value, collateral: cell.collateral.value },
    }));
    return { ...settings, origin: result.run, rows };
  });
}

const filesOf = (result: ClcResult): Map<string, string> =>
  new Map(tablesOf(result).map((table) => [steeringFileName("clc", table), clcCsv([table])]));
