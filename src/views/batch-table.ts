import type { PlannedRun } from "../batch/plan-batch.js";
import type { BatchResult } from "../batch/run-batch.js";
import { duration } from "./progress.js";
import { tableLines } from "./table.js";

/** What a batch is going to do. */
export function plannedLines(runs: readonly PlannedRun[]): string[] {
  const columns = ["run", "out-dir", "model", "languages", "layers", "texts", "there now"];
  const rows = runs.map(({ name, config, site }) => [
    name,
    config.out_dir,
    config.model,
    config.languages.length > 4
      ? `${config.languages.length} languages`
      : config.languages.join(" "),
    config.layers.join(","),
    config.n_texts_per_lang === -1 ? "all" : String(config.n_texts_per_lang),
    site === "free" ? "" : site,
  ]);
  return tableLines(
    columns.map((title) => ({ title })),
    rows,
  );
}

/** How the runs of a batch ended. */
export function summaryLines(results: readonly BatchResult[]): string[] {
  const columns = [
    { title: "run" },
    { title: "state" },
    { title: "exit", align: "right" },
    { title: "time", align: "right" },
    { title: "warnings", align: "right" },
    { title: "out-dir" },
    { title: "what went wrong" },
  ] as const;
  const rows = results.map(({ name, state, exit_code, seconds, warnings, out_dir, message }) => [
    name,
    state,
    exit_code === null ? "" : String(exit_code),
    exit_code === null ? "" : duration(seconds),
    warnings === 0 ? "" : String(warnings),
    out_dir,
    message ?? "",
  ]);
  return tableLines(columns, rows);
}
