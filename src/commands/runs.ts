import { isFolder } from "../config/paths.js";
import { requestError } from "../errors.js";
import { shardWord } from "../parts.js";
import { listRuns, type RunEntry } from "../runs/list.js";
import { RUNS_FOLDER } from "../runs/read.js";
import { duration } from "../views/progress.js";
import { tableLines } from "../views/table.js";
import { asJson, type Output } from "./output.js";

/** `vscore runs`: the runs of a folder, last touched first. */
export function runs(folder: string | undefined, options: { json: boolean }, output: Output): void {
  const below = folder ?? RUNS_FOLDER;
  if (folder !== undefined && !isFolder(folder))
    throw requestError(
      `There is no folder ${folder}. Expected one that holds runs, each in its own.`,
    );
  const found = listRuns(below);
  if (options.json) {
    output.data(asJson({ schema_version: 1, runs: found }));
    return;
  }
  if (found.length === 0) {
    output.result(`No runs in ${below} yet. To make one: npx vscore compute --model demo`);
    return;
  }
  const columns = [
    "run",
    "status",
    "model",
    "corpus",
    "languages",
    "layers",
    "texts",
    "touched",
  ].map((title) => ({ title }));
  output.result(tableLines(columns, found.map(row)).join("\n"));
}

function row(run: RunEntry): string[] {
  const share = run.progress === null ? "" : ` ${Math.floor(100 * run.progress)} %`;
  const age = (Date.now() - Date.parse(run.touched)) / 1000;
  return [
    run.name,
    `${statusOf(run)}${share}`,
    run.model ?? "?",
    run.corpus ?? "?",
    run.languages.length > 4 ? `${run.languages.length} languages` : run.languages.join(" "),
    run.layers.join(","),
    textsOf(run),
    `${duration(Math.max(0, age))} ago`,
  ];
}

const statusOf = ({ part, status }: RunEntry): string =>
  part === null ? status : `part ${shardWord(part)}${status === "part" ? " done" : ` ${status}`}`;

function textsOf({ texts, n_texts_per_lang: asked }: RunEntry): string {
  if (texts === null) return asked === -1 ? "all" : String(asked ?? "?");
  const [fewest, most] = texts;
  return fewest === most ? String(fewest) : `${fewest}–${most}`;
}
