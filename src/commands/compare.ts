import { compareRuns } from "../comparison/compare-runs.js";
import { runDifferences } from "../comparison/run-differences.js";
import { openAnyRun } from "../compute/open-any-run.js";
import { realPlace } from "../config/paths.js";
import { writeOver } from "../runs/atomic-write.js";
import { notRebuiltWarnings } from "../runs/fidelity-file.js";
import { anyRankedBy, type Measure } from "../runs/rank-by.js";
import { refuseRunFile } from "../runs/refuse-run-file.js";
import { refuseShortLists, refuseTopK } from "../runs/refuse-top-k.js";
import { comparisonChart } from "../views/charts/comparison.js";
import { drawnAs } from "../views/charts/drawn-files.js";
import { comparisonLines } from "../views/comparison-table.js";
import { differenceLines } from "../views/run-differences-table.js";
import { formatOfFile } from "./figure-format.js";
import { asJson, type Output } from "./output.js";
import { noteConversion } from "./show.js";

export interface CompareOptions {
  topK: number;
  rankBy?: Measure | undefined;
  figure?: string | undefined;
  json: boolean;
}

/** `vscore compare A B`: in what two runs differ, and how alike they rank the features of the languages that both have. */
export async function compare(
  [first, second]: readonly [string, string],
  { topK, rankBy = "v", figure, json }: CompareOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const format = figure === undefined ? undefined : formatOfFile(figure, "--figure");
  const open = (name: string) =>
    openAnyRun(name, signal, (folder) => noteConversion(folder, output));
  const [openedA, openedB] = [await open(first), await open(second)];
  if (figure !== undefined)
    for (const { folder } of [openedA, openedB]) refuseRunFile(figure, folder, "--figure");
  for (const run of [openedA, openedB]) refuseTopK(topK, run);
  const [a, b] = [anyRankedBy(openedA, rankBy), anyRankedBy(openedB, rankBy)];
  for (const run of [a, b]) refuseShortLists(topK, run);
  const isSameRun = realPlace(a.folder) === realPlace(b.folder);
  const differences = runDifferences(a, b);
  const comparison = compareRuns(a, b, topK);
  if (figure !== undefined && format !== undefined)
    await writeOver(
      figure,
      await drawnAs(comparisonChart({ first: a, second: b, topK }, comparison), format),
    );
  if (json) {
    output.data(
      asJson({
        ...{ schema_version: 1, first: a.folder, second: b.folder, is_same_run: isSameRun },
        ...{
          top_k: topK,
          ranked_by: rankBy,
          figure: figure ?? null,
          ...differences,
          ...comparison,
        },
      }),
    );
    return;
  }
  for (const run of [a, b])
    if (run.statistics !== null && run.fidelity !== null)
      for (const warning of notRebuiltWarnings(run.fidelity))
        output.note(`warning: ${run.name}, ${warning}`);
  const lines = [
    `first: ${a.folder}`,
    `second: ${b.folder}${isSameRun ? ", the same run" : ""}`,
    "",
    ...differenceLines(differences),
    "",
    ...comparisonLines(topK, comparison, rankBy),
    ...(figure === undefined ? [] : ["", `Wrote ${figure}`]),
  ];
  output.result(lines.join("\n"));
}
