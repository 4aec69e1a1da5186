import { relative } from "node:path";
import { shortCode } from "../config/short-codes.js";
import { steeringFileName } from "../exchange/steering-names.js";
import { lidCsv, type SteeringTable } from "../exchange/steering-results.js";
import { identify, type LidMetric } from "../experiments/steering/lid.js";
import type { LidResult } from "../experiments/steering/lid-result.js";
import { tagOf } from "../experiments/steering/names.js";
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
  const run = openRun(name);
  const request = steeringRequest(run, options, output);
  const { result, folder } = await runLongExperiment(
    run,
    "steer-lid",
    async (jobs, open, onNews) => {
      const how = { metric: options.metric, ...(await trainedOn(run, request, jobs)) };
      return identify(run, request, how, jobs, open, onNews);
    },
    { figuresOf: (result) => [["methods", lidPanels(tablesOf(result))]], filesOf },
    output,
    signal,
  );
  if (options.json) output.data(asJson({ ...result, folder }));
  else output.result([...lidLines(result), "", `Wrote ${relative(".", folder)}`].join("\n"));
}

/** A table for each pair, layer and α, as the steering repository keeps them; controls are none of its methods. */
function tablesOf(result: LidResult): SteeringTable[] {
  const setups = Map.groupBy(
    result.cells.filter(({ method }) => !method.startsWith("Random")),
    ({ source, target, layer, alpha }) => `${source} ${target} ${layer} ${alpha}`,
  );
  return [...setups.values()].map((cells) => {
    const [{ source, target, layer, alpha }] = cells as [LidResult["cells"][number]];
    const settings = {
      ...{ tag: tagOf(result.model_id), source: shortCode(source).code },
      ...{ target: shortCode(target).code, layer, alpha, topK: result.gate.top_k },
      ...{ trainN: result.vectors.train_n, evalN: result.evaluation.eval_n },
      ...{ otherN: result.evaluation.other_eval_n, metric: result.metric },
    };
    const rows = cells.map((cell) => ({
      ...{ method: cell.method, k: cell.k, collateral: cell.collateral.value },
      target: (result.metric === "first-token" ? cell.ce_first : cell.ce_full).value,
    }));
    return { ...settings, origin: result.run, rows };
  });
}

const filesOf = (result: LidResult): Map<string, string> =>
  new Map(tablesOf(result).map((table) => [steeringFileName("lid", table), lidCsv(table)]));
