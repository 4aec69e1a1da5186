import { VscoreError } from "../../../errors.js";
import { anyRankedBy, MEASURES, type Measure } from "../../../runs/rank-by.js";
import { rankedCount } from "../../../runs/top-features.js";
import type { OpenedRun } from "../../model.js";

/** The run as its rankings are shown: by the chosen measure. */
export const runShown = ({
  opened,
  ranked,
}: {
  opened: { run: OpenedRun } | null;
  ranked: OpenedRun | null;
}): OpenedRun | null => ranked ?? opened?.run ?? null;

/** How many features of the language are ranked at the layer. */
export const rankedHere = (
  run: OpenedRun,
  { layer, language }: { layer: number; language: string },
): number => rankedCount(run, layer, run.meta.languages.indexOf(language));

/** Rankings that were made of a run, which take a moment for large dictionaries. */
const made = new WeakMap<OpenedRun, Map<Measure, OpenedRun | string>>();

/** A run by a measure, or why it does not know it. */
function rankedOrWhy(run: OpenedRun, measure: Measure): OpenedRun | string {
  const known = made.get(run) ?? new Map<Measure, OpenedRun | string>();
  made.set(run, known);
  const found = known.get(measure) ?? tried(run, measure);
  known.set(measure, found);
  return found;
}

function tried(run: OpenedRun, measure: Measure): OpenedRun | string {
  try {
    return anyRankedBy(run, measure);
  } catch (error) {
    // There is no flag on a screen.
    if (error instanceof VscoreError) return error.message.replace(/^--rank-by /, "");
    throw error;
  }
}

/** The run by the next measure that it knows: null is v; and why those between were passed over, null where none was. */
export function nextRanking(
  run: OpenedRun,
  measure: Measure,
): { ranked: OpenedRun | null; why: string | null } {
  const from = MEASURES.indexOf(measure);
  const reasons: string[] = [];
  for (const step of MEASURES.keys()) {
    const next = MEASURES[(from + 1 + step) % MEASURES.length] as Measure;
    const ranked = next === "v" ? null : rankedOrWhy(run, next);
    if (typeof ranked !== "string")
      return { ranked, why: reasons.length === 0 ? null : `Passed over: ${reasons.join(" ")}` };
    reasons.push(ranked);
  }
  return { ranked: null, why: null };
}

/** A run that was read anew, by the measure that was chosen before; by v where it does not know that any more. */
export function rankedLike(chosen: OpenedRun | null, run: OpenedRun): OpenedRun | null {
  const ranked = chosen?.measure === undefined ? null : rankedOrWhy(run, chosen.measure);
  return typeof ranked === "string" ? null : ranked;
}
