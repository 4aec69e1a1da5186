import { dirname, join, relative, resolve } from "node:path";
import { rescoreRun } from "../compute/rescore-run.js";
import { openRun } from "../runs/read.js";
import { topFeatures } from "../runs/top-features.js";
import { featureLines, legendLines, runLines } from "../views/feature-table.js";
import { asJson, type Output } from "./output.js";

export interface RescoreOptions {
  languages: string[];
  outDir?: string | undefined;
  overwrite: boolean;
  json: boolean;
}

/** `vscore rescore RUN --languages …`: a new run over some of a run's languages, without a model. */
export async function rescore(
  name: string,
  options: RescoreOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const run = openRun(name);
  const { languages, overwrite } = options;
  const outDir =
    options.outDir ??
    relative(".", join(dirname(run.folder), `${run.name}-rescored-${languages.length}`));
  const meta = await rescoreRun({ run, languages, outDir, overwrite, signal });
  const made = openRun(resolve(outDir));
  const top = topFeatures(made, { topK: 1 });
  if (options.json) output.data(asJson({ schema_version: 1, run: outDir, meta, top }));
  else
    output.result(
      [
        ...runLines(made),
        "",
        ...featureLines(top),
        "",
        ...legendLines(top),
        "",
        `Run: ${outDir}`,
      ].join("\n"),
    );
}
