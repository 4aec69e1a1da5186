import { shortCode } from "../../config/short-codes.js";
import { isControl } from "../../exchange/steering-methods.js";
import type { SteeringSettings } from "../../exchange/steering-names.js";
import { tagOf } from "./names.js";
import type { CellPlace, SteeringFacts } from "./steering-facts.js";

/**
 * A table for each pair, layer and α, as the steering repository keeps them.
 *
 * @param rowOf what of a cell is a row
 */
export function tablesOf<Cell extends CellPlace, Row>(
  result: SteeringFacts & { cells: readonly Cell[] },
  metric: SteeringSettings["metric"],
  rowOf: (cell: Cell) => Row,
): (SteeringSettings & { origin: string; rows: (Row & { method: string; k: number })[] })[] {
  const setups = Map.groupBy(
    result.cells,
    ({ source, target, layer, alpha }) => `${source} ${target} ${layer} ${alpha}`,
  );
  return [...setups.values()].map((cells) => {
    const [{ source, target, layer, alpha }] = cells as [Cell];
    return {
      ...{ tag: tagOf(result.model_id), source: shortCode(source).code },
      ...{ target: shortCode(target).code, layer, alpha, topK: result.gate.top_k },
      ...{ trainN: result.vectors.train_n, evalN: result.evaluation.eval_n },
      ...{ otherN: result.evaluation.other_eval_n, metric, origin: result.run },
      rows: cells.map((cell) => ({ method: cell.method, k: cell.k, ...rowOf(cell) })),
    };
  });
}

/** Controls are none of the steering repository's methods, so no CSV of its form has them. */
export const withoutControls = <T extends { rows: readonly { method: string }[] }>(
  table: T,
): T => ({
  ...table,
  rows: table.rows.filter(({ method }) => !isControl(method)),
});
