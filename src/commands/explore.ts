import { readFileSync } from "node:fs";
import { errnoOf, requestError } from "../errors.js";
import { chooseLayers, middleLayer } from "../explore/choose-layers.js";
import type { ExploreRequest } from "../explore/explorer.js";
import { countLanguageFeatures } from "../explore/language-features.js";
import { decodeText, refuseUnreadable } from "../explore/text-lines.js";
import { withExplorer } from "../explore/with-explorer.js";
import { exploreHtml } from "../report/explore-html.js";
import { type Measure, rankedBy } from "../runs/rank-by.js";
import { type FinishedRun, openRun } from "../runs/read.js";
import { refuseRunFile } from "../runs/refuse-run-file.js";
import { exploredLines, exploreLegend } from "../views/explore-table.js";
import { showProgress } from "../views/progress.js";
import { exploreLines } from "./explore-lines.js";
import { asJson, type Output } from "./output.js";
import { writePage } from "./write-page.js";

export interface ExploreOptions {
  /** Whether texts come line by line from the standard input. */
  input?: "-" | undefined;
  text?: string | undefined;
  file?: string | undefined;
  layers?: (number | string)[] | undefined;
  topK: number;
  among: number;
  /** By which measure a language's features are its first. */
  rankBy?: Measure | undefined;
  json: boolean;
  html?: string | undefined;
}

/** `vscore explore RUN`: which language features of a run fire on a new text, and for which languages it speaks. */
export async function explore(
  name: string,
  options: ExploreOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const rankedRun = () => rankedBy(openRun(name), options.rankBy);
  if (options.input === "-") {
    refuseOtherSources(options);
    if (options.html !== undefined)
      throw requestError(
        "Found - beside --html. A page is of one text. Give it as --text or --file.",
      );
    return exploreLines(() => requestOf(rankedRun(), options), options.json, output, signal);
  }
  if (options.json && options.html === "-")
    throw requestError("Found --json and --html -. Expected one of them on the standard output.");
  const text = textOf(options);
  const run = rankedRun();
  if (options.html !== undefined && options.html !== "-")
    refuseRunFile(options.html, run.folder, "--html");
  const progress = showProgress({ ...output, write: output.raw });
  const request = requestOf(run, options);
  const explored = await withExplorer(request, signal, progress.news, (explorer) =>
    explorer.explore(text),
  ).finally(progress.stop);
  const counts = countLanguageFeatures(run, request.layers, request.among);
  if (options.html !== undefined)
    await writePage(options.html, exploreHtml(explored, run.meta, counts), run.folder, output);
  if (options.json) output.data(asJson(explored));
  if (options.json || options.html !== undefined) return;
  const legend = exploreLegend(explored, counts, run.meta);
  output.result([...exploredLines(explored, run.meta), "", ...legend].join("\n"));
}

function requestOf(
  run: FinishedRun,
  { layers, topK, among, json, html }: ExploreOptions,
): ExploreRequest {
  const standard = json || html !== undefined ? run.meta.layers : [middleLayer(run.meta.layers)];
  return { run, layers: layers === undefined ? standard : chooseLayers(run, layers), topK, among };
}

function refuseOtherSources({ text, file }: ExploreOptions): void {
  if (text === undefined && file === undefined) return;
  throw requestError(
    `Found - beside ${text === undefined ? "--file" : "--text"}. Expected one source of texts. Leave one of them out.`,
  );
}

/** The one text that was given. */
function textOf({ text, file }: ExploreOptions): string {
  if (text !== undefined && file !== undefined)
    throw requestError("Found --text and --file. Expected one of them. Leave the other out.");
  const found = text ?? (file === undefined ? undefined : readText(file));
  if (found === undefined)
    throw requestError(
      "There is no text. Expected --text TEXT, --file FILE, or - for lines from the standard input. Give one of them.",
    );
  refuseUnreadable(found);
  return found;
}

function readText(file: string): string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw requestError(
      `--file ${file} cannot be read (${errnoOf(error)}). Expected a text file. Check the path.`,
      error,
    );
  }
  return decodeText(bytes, `--file ${file}`);
}
