import { realPlace } from "../config/paths.js";
import { requestError } from "../errors.js";
import { readSteeringFile, steeringFiles } from "../exchange/read-steering.js";
import { writeOver } from "../runs/atomic-write.js";
import { refuseFileOfRun } from "../runs/refuse-run-file.js";
import type { Chart } from "../views/charts/chart.js";
import { drawnAs, type FigureFormat } from "../views/charts/drawn-files.js";
import { clcPanels, lidPanels } from "../views/charts/steering.js";
import type { SteeringBy } from "../views/charts/steering-panels.js";
import { formatAsked } from "./figure-format.js";
import type { Output } from "./output.js";

export interface SteerPlotOptions {
  /** Where nobody says, what varies. */
  by?: SteeringBy | undefined;
  format?: FigureFormat | undefined;
  output?: string | undefined;
}

/** `vscore steer plot FILE|FOLDER…`: tables of steering experiments in one figure. `-` is stdout. */
export async function steerPlot(
  paths: readonly string[],
  { by, format: asked, output: file }: SteerPlotOptions,
  output: Output,
): Promise<void> {
  const format = formatAsked(asked, file);
  const target = file ?? `steering.${format}`;
  if (target !== "-") refuseFileOfRun(target, "--output");
  // A folder and a file in it may both be named.
  const files = new Map(paths.flatMap(steeringFiles).map((path) => [realPlace(path), path]));
  if (target !== "-" && files.has(realPlace(target)))
    throw requestError(
      `--output ${target} is one of the tables. Expected another file to write the figure to. Choose another name.`,
    );
  const chart = chartOf([...files.values()], by);
  const bytes = await drawnAs(chart, format);
  if (target === "-") {
    output.data(bytes);
    return;
  }
  await writeOver(target, bytes);
  output.result(`Wrote ${target}\n\n${chart.title}. ${chart.caption}`);
}

function chartOf(files: readonly string[], by: SteeringBy | undefined): Chart {
  const read = files.map((file) => ({ file, ...readSteeringFile(file) }));
  const lid = read.filter((each) => each.experiment === "lid");
  const clc = read.filter((each) => each.experiment === "clc");
  const [named, continued] = [lid[0], clc[0]];
  if (named !== undefined && continued !== undefined)
    throw requestError(
      `${named.file} is of naming a language (LID), ${continued.file} of continuations (CLC). Expected tables of one of them: their axes differ. Name the files of one, such as lid_*.csv.`,
    );
  if (named !== undefined)
    return lidPanels(
      lid.flatMap(({ tables }) => tables),
      by,
    );
  return clcPanels(
    clc.flatMap(({ tables }) => tables),
    by,
  );
}
