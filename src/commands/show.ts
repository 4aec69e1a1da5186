import { openRun } from "../runs/read.js";
import { topFeatures } from "../runs/top-features.js";
import { featureLines, legendLines, runLines } from "../views/feature-table.js";
import { asJson, type Output } from "./output.js";

export interface ShowOptions {
  layer?: number | undefined;
  language?: string | undefined;
  topK: number;
  json: boolean;
}

/** `vscore show RUN`: the top features of a finished run. */
export function show(name: string, options: ShowOptions, output: Output): void {
  const run = openRun(name);
  const features = topFeatures(run, options);
  if (options.json) {
    output.data(asJson({ schema_version: 1, run: run.name, meta: run.meta, features }));
    return;
  }
  output.result(
    [
      ...runLines(run),
      "",
      ...featureLines(features),
      "",
      ...legendLines(features),
      ...run.meta.warnings.map((warning) => `warning: ${warning}`),
    ].join("\n"),
  );
}
