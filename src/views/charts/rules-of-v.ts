import { intervalOfV } from "../../runs/feature-evidence.js";
import { errorOfV } from "../../runs/standard-errors.js";
import type { RankedFeature } from "../../runs/top-features.js";
import { intervalText } from "../evidence-text.js";
import { type PlottedRun, told } from "./chart.js";

const CHOSEN = "that the same texts chose the best features is not in them";
const INTERVALS = `Rules: 95 % intervals of v, those of the tables; ${CHOSEN}.`;
const TWO_ERRORS = `Rules: v ± 2 standard errors, texts being the units and languages taken as independent (√ of SE² of the mean on L + Σ SE² of the means on the K − 1 others / (K − 1)²); ${CHOSEN}.`;

/** A place in a ranking with the ends of its rule: its interval or, in a run without evidence, two standard errors; none where unknown. */
export function withRuleOfV(run: PlottedRun, place: RankedFeature) {
  if (run.statistics !== null && run.evidence !== null) {
    const interval = intervalOfV(run, place);
    const placed = { ...place, interval: intervalText(interval) };
    return interval === null ? placed : { ...placed, low: interval.lo, high: interval.hi };
  }
  const se = errorOfV(run, place);
  return se === null ? place : { ...place, se, low: place.v - 2 * se, high: place.v + 2 * se };
}

/** What the rules over marks are, for captions; empty where there are none. */
export const rulesCaption = (places: readonly object[]): string =>
  places.some((place) => "se" in place)
    ? ` ${TWO_ERRORS}`
    : hasRules(places)
      ? ` ${INTERVALS}`
      : "";

const hasRules = (places: readonly object[]): boolean => places.some((place) => "low" in place);

/** The rules of marks that stand at v. */
export const rulesOfV = (places: readonly object[], mark: object = {}) =>
  hasRules(places)
    ? [
        {
          transform: [{ filter: "isValid(datum.low)" }],
          mark: { type: "rule", ...mark },
          encoding: {
            y: { field: "low", type: "quantitative" },
            y2: { field: "high" },
          },
        },
      ]
    : [];

/** What the pointer tells of it. */
export const toldOfRules = (places: readonly object[]) =>
  places.some((place) => "se" in place)
    ? told({}, { se: "standard error of v" })
    : hasRules(places)
      ? told({ interval: "95 % interval" }, {})
      : [];
