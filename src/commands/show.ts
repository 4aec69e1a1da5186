import { openRun } from "../runs/read.js";
import { topFeatures } from "../runs/top-features.js";
import { visible } from "../views/escape.js";
import { featureLines } from "../views/feature-table.js";
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
  const { meta } = run;
  const perLanguage = Object.values(meta.texts);
  const [fewest, most] = [Math.min(...perLanguage), Math.max(...perLanguage)];
  output.result(
    [
      `${run.name}: ${visible(meta.model_id)}, ${visible(meta.corpus)}${meta.split === null ? "" : ` (${meta.split})`}, ${meta.languages.length} languages, ${fewest === most ? fewest : `${fewest}–${most}`} texts each`,
      `v(f, L) = mean activation on L − mean of the other languages' means, over ${meta.pool === "token" ? "tokens" : "texts"}; special tokens: ${meta.special_tokens}, first position: ${meta.first_token}`,
      "",
      ...featureLines(features),
      ...legend(features.some(({ flags }) => flags.length > 0)),
      ...meta.warnings.map((warning) => `warning: ${visible(warning)}`),
    ].join("\n"),
  );
}

const legend = (isNeeded: boolean): string[] =>
  isNeeded
    ? [
        "",
        "shared: the runner-up has at least half of its mean. sink: over half of its activation is at the first position.",
      ]
    : [];
