import { relative } from "node:path";
import { steeringFileName } from "../exchange/steering-names.js";
import { type ContinuationTable, clcCsv } from "../exchange/steering-results.js";
import { continueTexts } from "../experiments/steering/clc.js";
import type { ClcResult } from "../experiments/steering/clc-result.js";
import { tablesOf, withoutControls } from "../experiments/steering/steering-tables.js";
import { rankedBy } from "../runs/rank-by.js";
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
  const run = rankedBy(openRun(name), options.rankBy, options.gateTopK);
  const request = steeringRequest(run, options, output);
  const { prompt, promptWords, maxNewTokens, wordsForLid } = options;
  const asked = { prompt, promptWords, maxNewTokens, wordsForLid };
  const { result, folder } = await runLongExperiment(
    run,
    "steer-clc",
    async (jobs, open, onNews) => {
      const trained = await trainedOn(run, request, jobs);
      return continueTexts(run, request, asked, trained, jobs, open, onNews);
    },
    { figuresOf: (result) => [["methods", clcPanels(tablesIn(result))]], filesOf },
    output,
    signal,
  );
  if (options.json) output.data(asJson({ ...result, folder }));
  else output.result([...clcLines(result), "", `Wrote ${relative(".", folder)}`].join("\n"));
}

const tablesIn = (result: ClcResult): ContinuationTable[] =>
  tablesOf(result, null, ({ success, collateral }) => ({
    ...{ success: success.value, interval: success.interval, collateral: collateral.value },
  }));

const filesOf = (result: ClcResult): Map<string, string> =>
  new Map(
    tablesIn(result).map((table) => [
      steeringFileName("clc", table),
      clcCsv([withoutControls(table)]),
    ]),
  );
