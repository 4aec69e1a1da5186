import { relative } from "node:path";
import { openAnyRun } from "../compute/open-any-run.js";
import { writeReport } from "../report/write-report.js";
import { refuseKept } from "../runs/refuse-run-file.js";
import { showProgress } from "../views/progress.js";
import { asJson, type Output } from "./output.js";
import { noteConversion } from "./show.js";

export interface ReportOptions {
  outDir?: string | undefined;
  /** Whether texts of a gated corpus may be on the page. */
  gatedTexts: boolean;
  json: boolean;
}

/** `vscore report RUN`: all figures of a run, and one page to read. */
export async function report(
  name: string,
  { outDir, gatedTexts, json }: ReportOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const run = await openAnyRun(name, signal, (folder) => noteConversion(folder, output));
  if (outDir !== undefined) refuseKept(outDir, "--out-dir");
  const progress = showProgress({ ...output, write: output.raw });
  const written = await writeReport(run, outDir ?? run.folder, {
    gatedTexts,
    onFigure: (kind) => progress.news({ type: "phase", phase: `drawing ${kind}` }),
  }).finally(progress.stop);
  if (json) {
    output.data(asJson({ schema_version: 1, ...written }));
    return;
  }
  output.result(
    [
      ...written.sentences.map((sentence) => `· ${sentence}`),
      "",
      `Report: ${relative(".", written.page) || written.page}`,
      `Figures: ${written.figures.length} files in ${relative(".", `${outDir ?? run.folder}/figures`)}`,
      ...(written.left_out.length === 0
        ? []
        : [`Left out, for want of means: ${written.left_out.join(", ")}`]),
    ].join("\n"),
  );
}
