import { resolve } from "node:path";
import { withEngine } from "../engine/with-engine.js";
import {
  isPickle,
  placesOf,
  type ReadPickles,
  readResultFile,
  writeResult,
} from "../exchange/import-results.js";
import type { ImportedResult } from "../exchange/imported-result.js";
import { amountsOf, importLines } from "../views/import-table.js";
import { asJson, type Output } from "./output.js";

export interface ImportOptions {
  into: string;
  json: boolean;
}

/** `vscore import FILE… --into FOLDER`: results of the ablation repository as JSON. All are read before one is written. */
export async function importResults(
  files: readonly string[],
  { into, json }: ImportOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const places = placesOf(files, into);
  const readAll = async (readPickle: ReadPickles) => {
    const results: ImportedResult[] = [];
    for (const file of files) results.push(await readResultFile(file, readPickle));
    return results;
  };
  const needsEngine = files.map(isPickle).includes(true);
  const results = needsEngine
    ? await withEngine(signal, (jobs) => readAll((file) => jobs.readPickle(resolve(file))))
    : await readAll(() => Promise.reject(new Error("no pickle was expected")));
  const written: string[][] = [];
  for (const [at, place] of [...places.values()].entries())
    written.push(await writeResult(place, results[at] as ImportedResult));
  if (!json) {
    output.result(importLines(results, into).join("\n"));
    return;
  }
  const imported = results.map((result, at) => {
    const { source, kind, languages, layers, warnings } = result;
    const told = { source, kind, languages, layers, ...amountsOf(result) };
    return { ...told, warnings, written: written[at] };
  });
  output.data(asJson({ schema_version: 1, imported }));
}
