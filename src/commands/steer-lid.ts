import { relative } from "node:path";
import { steeringFileName } from "../exchange/steering-names.js";
import { lidCsv, type SteeringTable } from "../exchange/steering-results.js";
import { identify, type LidMetric } from "../experiments/steering/lid.js";
import type { LidResult } from "../experiments/steering/lid-result.js";
import { tablesOf, withoutControls } from "../experiments/steering/steering-tables.js";
import { rankedBy } from "../runs/rank-by.js";
import { openRun } from "../runs/read.js";
import { lidPanels } from "../views/charts/steering.js";
import { lidLines } from "../views/lid-table.js";
import { asJson, type Output } from "./output.js";
import { runLongExperiment } from "./run-long-experiment.js";
import { type SteeringOptions, steeringRequest, trainedOn } from "./steering-request.js";

export interface SteerLidOptions extends SteeringOptions {
  metric: LidMetric;
}

/** `vscore steer lid RUN`: which language the model says that texts are in, as it is and steered. */
export async function steerLid(
  name: string,
  options: SteerLidOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const run = rankedBy(openRun(name), options.rankBy, options.gateTopK);
  const request = steeringRequest(run, options, output);
  const { result, folder } = await runLongExperiment(
    run,
    "steer-lid",
    async (jobs, open, onNews) => {
      const trained = await trainedOn(run, request, jobs);
      return identify(run, request, options.metric, trained, jobs, open, onNews);
    },
    { figuresOf: (result) => [["methods", lidPanels(tablesIn(result))]], filesOf },
    output,
    signal,
  );
  if (options.json) output.data(asJson({ ...result, folder }));
  else output.result([...lidLines(result), "", `Wrote ${relative(".", folder)}`].join("\n"));
}

const tablesIn = (result: LidResult): SteeringTable[] =>
  tablesOf(result, result.metric, ({ ce_first, ce_full, collateral }) => ({
    target: (result.metric === "first-token" ? ce_first : ce_full).value,
    collateral: collateral.value,
  }));

const filesOf = (result: LidResult): Map<string, string> =>
  new Map(
    tablesIn(result).map((table) => [
      steeringFileName("lid", table),
      lidCsv(withoutControls(table)),
    ]),
  );
