import { errorOfV } from "../../runs/standard-errors.js";
import type { RankedFeature } from "../../runs/top-features.js";
import type { PlottedRun } from "./chart.js";

/** What a rule over a mark is, for captions. */
export const RULES_OF_V =
  "Rules: v ± 2 standard errors, texts being the units and languages taken as independent (√ of SE² of the mean on L + Σ SE² of the means on the K − 1 others / (K − 1)²); that the same texts chose the best features is not in them.";

/** A place in a ranking with the ends of its rule; none where the standard error is not known. */
export function withErrorOfV(run: PlottedRun, place: RankedFeature) {
  const se = errorOfV(run, place);
  return se === null ? place : { ...place, se, low: place.v - 2 * se, high: place.v + 2 * se };
}

/** Whether any place has a rule. */
export const hasErrors = (places: readonly object[]): boolean =>
  places.some((place) => "se" in place);

/** The rules of marks that stand at v. */
export const rulesOfV = (places: readonly object[], mark: object = {}) =>
  hasErrors(places)
    ? [
        {
          transform: [{ filter: "isValid(datum.se)" }],
          mark: { type: "rule", ...mark },
          encoding: {
            y: { field: "low", type: "quantitative" },
            y2: { field: "high" },
          },
        },
      ]
    : [];

/** What the pointer tells of it. */
export const toldOfErrors = (places: readonly object[]): Record<string, string> =>
  hasErrors(places) ? { se: "standard error of v" } : {};
