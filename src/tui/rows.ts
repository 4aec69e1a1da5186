import { basename, dirname, relative, resolve } from "node:path";
import type { LaunchState } from "../launches/launches.js";
import { folderOfWhole, partWords } from "../parts.js";
import type { RunEntry } from "../runs/list.js";
import { runArgument } from "../shell-word.js";
import type { Row } from "./model.js";

/** Runs with the processes that were started for them; a start that has no folder yet is a row of its own, on top. */
export function rowsOf(entries: readonly RunEntry[], launches: readonly LaunchState[]): Row[] {
  const latest = new Map<string, LaunchState>();
  for (const launch of launches) if (!latest.has(launch.folder)) latest.set(launch.folder, launch);
  const known = entries.map((entry) => withLaunch(entry, latest.get(resolve(entry.folder))));
  const folders = new Set(entries.map(({ folder }) => resolve(folder)));
  const others = [...latest.values()].filter(({ folder }) => !folders.has(folder));
  return [...others.map(begunRow), ...known];
}

/** Where runs were started that do not lie right below the folder that is listed. */
export const foldersElsewhere = (launches: readonly LaunchState[], below: string): string[] => [
  ...new Set(
    launches
      .map(({ folder }) => resolve(folder))
      .filter((each) => dirname(each) !== resolve(below)),
  ),
];

function withLaunch(entry: RunEntry, launch: LaunchState | undefined): Row {
  if (entry.status === "part")
    return { ...entry, launch: launch ?? null, words: wayToMerge(entry) };
  if (launch === undefined || entry.status === "done" || entry.status === "running")
    return { ...entry, launch: launch ?? null, words: entry.problem };
  if (launch.isAlive) return { ...entry, status: "starting", launch, words: launch.lastWords };
  // It ended after the run was last written to: why, it said itself.
  const isLater = Date.parse(launch.at) >= Date.parse(entry.touched) - 1000;
  const words = isLater || entry.status === "failed" ? launch.lastWords || null : entry.problem;
  return { ...entry, launch, words };
}

function wayToMerge({ part, folder }: RunEntry): string | null {
  if (part === null) return null;
  const run = folderOfWhole(folder);
  const parts = run === null ? "PART…" : runArgument(relative(".", run));
  return `This is ${partWords(part)} of a run. Once all are finished, they are put together by: npx vscore merge ${parts}`;
}

/** A start without a folder: its sources are being fetched, or could not be. */
function begunRow(launch: LaunchState): Row {
  const option = (name: string) => {
    const at = launch.args.indexOf(name);
    return at < 0 ? null : (launch.args[at + 1] ?? null);
  };
  return {
    name: basename(launch.folder),
    problem: null,
    folder: launch.folder,
    status: launch.isAlive ? "starting" : "failed",
    model: option("--model"),
    languages: option("--languages")?.split(",") ?? [],
    layers: [],
    n_texts_per_lang: null,
    texts: null,
    corpus: option("--corpus"),
    progress: null,
    eta_s: null,
    rescored_from: null,
    part: null,
    touched: "",
    launch,
    words: launch.lastWords || null,
  };
}
