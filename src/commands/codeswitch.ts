import { relative } from "node:path";
import { requestError } from "../errors.js";
import { codeSwitch } from "../experiments/code-switching/code-switch.js";
import { parseMarks, readMarkedText } from "../experiments/code-switching/marked-text.js";
import { embeddedSwitchRows, readSwitchRows } from "../experiments/code-switching/rows.js";
import { withLoading } from "../explore/with-loading.js";
import { writeExperiment } from "../runs/experiments.js";
import { type Measure, rankedBy } from "../runs/rank-by.js";
import { type FinishedRun, openRun } from "../runs/read.js";
import { nounFeatureChart, ownFeatureChart } from "../views/charts/code-switch.js";
import { drawnFiles } from "../views/charts/drawn-files.js";
import { codeSwitchLines, markedTextLines } from "../views/code-switch-table.js";
import { showProgress } from "../views/progress.js";
import { asJson, type Output } from "./output.js";

export interface CodeSwitchOptions {
  rankBy?: Measure | undefined;
  data?: string | undefined;
  text?: string | undefined;
  layer?: number | undefined;
  json: boolean;
}

/** `vscore codeswitch RUN`: what languages' best features do on nouns of one language in sentences of another. */
export async function codeswitch(
  name: string,
  options: CodeSwitchOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const { data, text, layer } = options;
  if (data !== undefined && text !== undefined)
    throw requestError("Found --data and --text. Expected one of them. Leave the other out.");
  if (text !== undefined) parseMarks(text);
  const run = rankedBy(openRun(name), options.rankBy, 1);
  const { layers } = run.meta;
  if (layer !== undefined && !layers.includes(layer))
    throw requestError(
      `--layer ${layer}: the run ${run.name} has the layers ${layers.join(", ")}. Choose one.`,
    );
  const progress = showProgress({ ...output, write: output.raw });
  const load = <T>(use: Parameters<typeof withLoading<T>>[2]) =>
    withLoading(signal, progress.news, use).finally(progress.stop);
  if (text !== undefined) {
    const result = await load((jobs, onLoaded) => readMarkedText(run, text, jobs, onLoaded));
    if (options.json) output.data(asJson(result));
    else output.result(markedTextLines(result).join("\n"));
    return;
  }
  const rows =
    data === undefined
      ? embeddedSwitchRows(run.meta.languages)
      : readSwitchRows(data, run.meta.languages);
  const found = await load((jobs, onLoaded) => codeSwitch(run, rows, jobs, onLoaded));
  const folder = await writeFound(run, found);
  if (options.json) {
    output.data(asJson({ ...found.result, folder }));
    return;
  }
  const shown = layer ?? Math.max(...layers);
  const place = relative(".", folder) || folder;
  output.result([...codeSwitchLines(found.result, shown), "", `Wrote ${place}`].join("\n"));
}

async function writeFound(
  run: FinishedRun,
  { result, rows }: Awaited<ReturnType<typeof codeSwitch>>,
): Promise<string> {
  const files = new Map<string, string | Uint8Array>([
    ["rows.jsonl", rows.map((row) => `${JSON.stringify(row)}\n`).join("")],
  ]);
  const source = run.meta.model_id.replace(/^embedded:/, "embedded ");
  const drawn = await drawnFiles([
    ["own-feature", ownFeatureChart(result, source)],
    ["noun-feature", nounFeatureChart(result, source)],
  ]);
  for (const [name, content] of drawn) files.set(name, content);
  return writeExperiment(run.folder, "codeswitch", result, files);
}
