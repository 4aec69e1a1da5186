import { readBatch } from "../batch/batch-file.js";
import { planBatch } from "../batch/plan-batch.js";
import { runBatch, worstExit } from "../batch/run-batch.js";
import type { RayRequest } from "../engine/engine-jobs.js";
import { ReportedFailure } from "../errors.js";
import { plannedLines, summaryLines } from "../views/batch-table.js";
import { visibleLines } from "../views/escape.js";
import { asJson, type Output } from "./output.js";

export interface BatchRequest {
  paths: string[];
  outRoot: string;
  keepGoing: boolean;
  stallTimeout?: number | undefined;
  selfCheck: boolean;
  /** A Ray cluster for every run; null: this machine. */
  ray?: RayRequest | null;
  dryRun: boolean;
  json: boolean;
}

/**
 * `vscore batch FILE|FOLDER…`: many runs, one after the other, each in its own process.
 *
 * @param command the command line of vscore itself
 * @throws ReportedFailure with the exit code of the worst run
 */
export async function batch(
  { paths, outRoot, keepGoing, stallTimeout, selfCheck, ray = null, dryRun, json }: BatchRequest,
  command: readonly [string, ...string[]],
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const runs = planBatch(readBatch(paths), outRoot);
  if (dryRun) {
    if (json) output.data(asJson({ schema_version: 1, runs }));
    else output.result([...plannedLines(runs), "", "Nothing was started."].join("\n"));
    return;
  }
  const results = await runBatch(runs, {
    command,
    keepGoing,
    stallTimeout,
    selfCheck,
    ray,
    signal,
    onBegin: ({ name, config }, number) =>
      output.note(`── ${number + 1}/${runs.length} ${name} → ${config.out_dir}`),
    // The run made what it was given visible; its own live line is none in a pipe.
    onText: (text) => output.raw(visibleLines(text)),
  });
  const exitCode = worstExit(results);
  if (json) output.data(asJson({ schema_version: 1, exit_code: exitCode, runs: results }));
  else output.result(["", ...summaryLines(results)].join("\n"));
  if (exitCode === 0) return;
  output.note("The same command goes on where this one stopped.");
  throw new ReportedFailure(exitCode);
}
