import type { Meta } from "../runs/meta.js";
import type { FinishedRun } from "../runs/read.js";
import { topFeatures } from "../runs/top-features.js";
import { featureLines, legendLines, runLines } from "../views/feature-table.js";
import { LISTED_LANGUAGES } from "./compute-plan.js";
import { asJson, type Output } from "./output.js";

/** A run that was just made: what it is, and its best features. @param room columns that a table may take */
export const madeLines = (run: FinishedRun, room: number): string[] => [
  ...runLines(run),
  "",
  ...bestLines(run, room),
];

/** What a command that made a run from others says of it. @param made.place where it is, in words */
export function tellMade(
  {
    run,
    outDir,
    meta,
    place,
    json,
  }: {
    run: FinishedRun;
    outDir: string;
    meta: Meta;
    place: string;
    json: boolean;
  },
  output: Output,
): void {
  if (json) {
    const top = topFeatures(run, { topK: 1 });
    output.data(asJson({ schema_version: 1, run: outDir, meta, top }));
  } else output.result([...madeLines(run, output.room), "", place].join("\n"));
}

/** The best feature of each language at each layer, where the languages are few enough for a table. */
function bestLines(run: FinishedRun, room: number): string[] {
  const { languages, layers } = run.meta;
  if (languages.length > LISTED_LANGUAGES)
    return [
      `A best feature for each of ${languages.length} languages at ${layers.length === 1 ? "one layer" : `each of ${layers.length} layers`}: see show, report or the terminal UI (npx vscore).`,
    ];
  const top = topFeatures(run, { topK: 1 });
  return [...featureLines(top, room), "", ...legendLines(run, top)];
}
