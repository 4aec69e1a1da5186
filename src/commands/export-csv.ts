import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { openAnyRun } from "../compute/open-any-run.js";
import { requestError } from "../errors.js";
import { csvDictionaries, recordedDictionaries } from "../exchange/steering.js";
import { chooseLayers } from "../explore/choose-layers.js";
import { writeOver } from "../runs/atomic-write.js";
import { refuseControl } from "../runs/controls.js";
import { topFeaturesCsv } from "../runs/csv.js";
import { type CsvFormat, csvName, dictionariesBeside } from "../runs/exported-csv.js";
import { RUN_FILES } from "../runs/files.js";
import type { ForeignRun } from "../runs/foreign.js";
import { fullCsv } from "../runs/full-csv.js";
import { anyRankedBy, type Measure } from "../runs/rank-by.js";
import type { FinishedRun } from "../runs/read.js";
import { refuseRunFile } from "../runs/refuse-run-file.js";
import { asJson, type Output } from "./output.js";
import { noteConversion } from "./show.js";
import { steeringCautions } from "./steering-cautions.js";

export interface CsvOptions {
  topK: number;
  layers?: (number | string)[] | undefined;
  format?: CsvFormat | undefined;
  rankBy?: Measure | undefined;
  output?: string | undefined;
}

/**
 * `vscore export csv RUN`: top-k features for the steering repository, and beside them the dictionaries that they are features
 * of. `-` is stdout.
 */
export async function exportCsv(
  runName: string,
  { topK, layers: asked, format = "companion", rankBy, output: named }: CsvOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const opened = await openAnyRun(runName, signal, (folder) => noteConversion(folder, output));
  const run = anyRankedBy(opened, rankBy);
  // What is exported is for steering with the model's own dictionaries.
  if (opened.statistics !== null && format === "companion") refuseControl(opened);
  const chosen = asked === undefined ? run.meta.layers : chooseLayers(run, asked);
  const layers = chosen.toSorted((a, b) => a - b);
  const csv =
    format === "full" ? fullCsv(ownRun(run), topK, layers) : topFeaturesCsv(run, topK, layers);
  const dictionaries = recordedDictionaries(run, layers);
  const own = relative(".", run.folder);
  const name = csvName(run.name, topK, asked === undefined ? null : layers, format, rankBy);
  const file = named ?? join(own, RUN_FILES.exportsFolder, name);
  const beside = dictionaries === null || isStream(file) ? null : dictionariesBeside(file);
  if (file === "-") output.data(csv);
  else {
    for (const place of beside === null ? [file] : [file, beside]) refuseRunFile(place, run.folder);
    await writeOver(file, csv);
    output.result(`Wrote ${file}`);
  }
  if (dictionaries !== null && beside !== null) {
    const sha256 = createHash("sha256").update(csv).digest("hex");
    const facts = { name: basename(file), sha256, topK };
    await writeOver(beside, asJson(csvDictionaries(run, dictionaries, facts)));
    output.result(`Wrote ${beside}`);
  }
  const place = beside ?? join(own, RUN_FILES.meta);
  for (const caution of steeringCautions(run, layers, dictionaries, place)) output.note(caution);
}

/** @throws VscoreError (request) for a run of another tool, of which only v is known */
function ownRun(run: FinishedRun | ForeignRun): FinishedRun {
  if (run.statistics !== null) return run;
  throw requestError(
    `--format full: ${run.name} is in the format of the original tool, which keeps v alone: no intervals, tests, rates and margins can be computed without the texts' own sums. Expected a run of vscore. Export it with --format companion, or compute it here.`,
  );
}

/** The standard output, a pipe or a device: nothing can stand beside it, nor beside the names by which the system has open files. */
function isStream(file: string): boolean {
  if (file === "-" || /^\/(dev|proc)\//.test(resolve(file))) return true;
  const entry = statSync(file, { throwIfNoEntry: false });
  return entry !== undefined && !entry.isFile() && !entry.isDirectory();
}
