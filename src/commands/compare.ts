import { compareRuns } from "../comparison/compare-runs.js";
import { runDifferences } from "../comparison/run-differences.js";
import { openAnyRun } from "../compute/open-any-run.js";
import { realPlace } from "../config/paths.js";
import { comparisonLines } from "../views/comparison-table.js";
import { differenceLines } from "../views/run-differences-table.js";
import { asJson, type Output } from "./output.js";
import { noteConversion } from "./show.js";

/** `vscore compare A B`: how alike two runs rank the features of the languages and layers that both have. */
export async function compare(
  [first, second]: readonly [string, string],
  { topK, json }: { topK: number; json: boolean },
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const open = (name: string) =>
    openAnyRun(name, signal, (folder) => noteConversion(folder, output));
  const [a, b] = [await open(first), await open(second)];
  const isSameRun = realPlace(a.folder) === realPlace(b.folder);
  const differences = runDifferences(a, b);
  const comparison = compareRuns(a, b, topK);
  if (json) {
    output.data(
      asJson({
        ...{ schema_version: 1, first: a.folder, second: b.folder, is_same_run: isSameRun },
        ...{ top_k: topK, ...differences, ...comparison },
      }),
    );
    return;
  }
  const lines = [
    `first: ${a.folder}`,
    `second: ${b.folder}${isSameRun ? ", the same run" : ""}`,
    "",
    ...differenceLines(differences),
    "",
    ...comparisonLines(topK, comparison),
  ];
  output.result(lines.join("\n"));
}
