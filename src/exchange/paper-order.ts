import { relative } from "node:path";
import { currentCode, PAPER_TEN } from "../config/languages.js";
import { shortCode } from "../config/short-codes.js";
import { requestError } from "../errors.js";
import type { Ranking } from "../reduce/v-score.js";
import type { ForeignRun } from "../runs/foreign.js";
import type { FinishedRun } from "../runs/read.js";
import { runArgument } from "../shell-word.js";

/** The paper's ten languages by the two letters that its code and the ablation repository's know them by, in their order. */
export const PAPER_CODES: readonly string[] = PAPER_TEN.map((code) => shortCode(code).code);

/**
 * A run's rankings with their rows in the order of the paper's languages. Scripts of the paper and of the ablation repository
 * index rows by constants, so that a row too many, too few or elsewhere would be taken for another language's. Rows are never
 * left out: what a feature's v is depends on all the languages that it was compared with.
 *
 * @returns by layer, in ascending order
 * @throws VscoreError (request) where the run's languages are not those ten
 */
export function inPaperOrder(run: FinishedRun | ForeignRun): ReadonlyMap<number, Ranking> {
  const codes = run.meta.languages.map(currentCode);
  refuseOthers(run, codes);
  const rows = PAPER_TEN.map((code) => codes.indexOf(code));
  return new Map(
    [...run.meta.layers]
      .sort((a, b) => a - b)
      .map((layer) => [layer, withRows(run.rankings.get(layer) as Ranking, rows)]),
  );
}

function refuseOthers(run: FinishedRun | ForeignRun, codes: readonly string[]): void {
  const missing = PAPER_TEN.filter((code) => !codes.includes(code));
  const extra = run.meta.languages.filter((_, at) => {
    const code = codes[at] as string;
    return !(PAPER_TEN as readonly string[]).includes(code) || codes.indexOf(code) !== at;
  });
  if (missing.length === 0 && extra.length === 0) return;
  const found = [
    ...(missing.length > 0 ? [`lacks ${missing.join(", ")}`] : []),
    ...(extra.length > 0 ? [`has ${extra.join(", ")} besides`] : []),
  ].join(" and ");
  throw requestError(
    `The run ${run.name} ${found}. Expected the paper's ten languages and no other: the scripts that read such files index rows by a constant list (${PAPER_CODES.join(" ")}). ${advice(run, missing.length === 0)}`,
  );
}

/** v-scores over fewer languages are other numbers, which `rescore` makes of a run of ours. */
function advice(run: FinishedRun | ForeignRun, hasAll: boolean): string {
  if (!hasAll)
    return "Choose another run (npx vscore runs), or compute one with --languages paper.";
  if (run.statistics === null)
    return "A run of another tool cannot be scored anew: compute one here with --languages paper.";
  return `Compare those ten alone: npx vscore rescore ${runArgument(relative(".", run.folder) || run.folder)} --languages paper; then export the run that this makes.`;
}

function withRows({ features, index, value }: Ranking, rows: readonly number[]): Ranking {
  const inOrder = <A extends Int32Array | Float32Array>(from: A, to: A): A => {
    for (const [place, row] of rows.entries())
      to.set(from.subarray(row * features, (row + 1) * features), place * features);
    return to;
  };
  return {
    languages: rows.length,
    features,
    index: inOrder(index, new Int32Array(rows.length * features)),
    value: inOrder(value, new Float32Array(rows.length * features)),
  };
}
