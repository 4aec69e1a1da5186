import { openAnyRun } from "../compute/open-any-run.js";
import { anyRankedBy, type Measure } from "../runs/rank-by.js";
import { rankedFeatures, topFeatures } from "../runs/top-features.js";
import {
  foreignRunLines,
  legendLines,
  rankedLines,
  runLines,
  shadedFeatureLines,
} from "../views/feature-table.js";
import { plain } from "../views/line.js";
import { asJson, type Output } from "./output.js";

export interface ShowOptions {
  layer?: number | undefined;
  language?: string | undefined;
  topK: number;
  rankBy?: Measure | undefined;
  json: boolean;
}

/** `vscore show RUN`: the top features of a finished run, of ours or of another tool. */
export async function show(
  name: string,
  options: ShowOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const opened = await openAnyRun(name, signal, (folder) => noteConversion(folder, output));
  const run = anyRankedBy(opened, options.rankBy);
  const { name: label, meta } = run;
  if (run.statistics === null) {
    const features = rankedFeatures(run, options);
    if (options.json)
      output.data(asJson({ schema_version: 1, run: label, ranked_by: "v", meta, features }));
    else output.result([...foreignRunLines(run), "", ...rankedLines(features)].join("\n"));
    return;
  }
  const features = topFeatures(run, options);
  if (options.json) {
    output.data(
      asJson({ schema_version: 1, run: label, ranked_by: run.measure ?? "v", meta, features }),
    );
    return;
  }
  output.styled([
    ...[...runLines(run), ""].map((line) => plain(line)),
    ...shadedFeatureLines(features, output.room),
    ...[
      "",
      ...legendLines(run, features),
      ...run.meta.warnings.map((warning) => `warning: ${warning}`),
    ].map((line) => plain(line)),
  ]);
}

export const noteConversion = (folder: string, output: Output): void =>
  output.note(
    `${folder} is in the format of the original tool; its v_scores.pt is converted once…`,
  );
