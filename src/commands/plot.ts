import { join, relative } from "node:path";
import { openAnyRun } from "../compute/open-any-run.js";
import { requestError } from "../errors.js";
import { writeOver } from "../runs/atomic-write.js";
import { RUN_FILES } from "../runs/files.js";
import { anyRankedBy, type Measure } from "../runs/rank-by.js";
import { refuseRunFile } from "../runs/refuse-run-file.js";
import { drawnAs, type FigureFormat } from "../views/charts/drawn-files.js";
import {
  CHART_KINDS,
  type ChartKind,
  type ChartRequest,
  drawChart,
} from "../views/charts/kinds.js";
import { formatAsked } from "./figure-format.js";
import type { Output } from "./output.js";
import { noteConversion } from "./show.js";

export interface PlotOptions extends ChartRequest {
  kind: string;
  rankBy?: Measure | undefined;
  /** Where nobody says, that of the output's ending. */
  format?: FigureFormat | undefined;
  output?: string | undefined;
}

/** `vscore plot KIND RUN`: one figure of a run, or its Vega-Lite specification, and how to read it. `-` is stdout. */
export async function plot(
  runName: string,
  { kind, format: asked, rankBy, output: file, ...request }: PlotOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  if (!(CHART_KINDS as string[]).includes(kind))
    throw requestError(`There is no figure ${kind}. Expected one of ${CHART_KINDS.join(", ")}.`);
  const format = formatAsked(asked, file);
  const opened = await openAnyRun(runName, signal, (folder) => noteConversion(folder, output));
  const run = anyRankedBy(opened, rankBy);
  const chart = drawChart(run, kind as ChartKind, request);
  const bytes = await drawnAs(chart, format);
  if (file === "-") {
    output.data(bytes);
    return;
  }
  const by = run.measure === undefined ? "" : `-by-${run.measure}`;
  const target =
    file ?? join(relative(".", run.folder), RUN_FILES.figuresFolder, `${kind}${by}.${format}`);
  refuseRunFile(target, run.folder);
  await writeOver(target, bytes);
  output.result(`Wrote ${target}\n\n${chart.title}. ${chart.caption}`);
}
