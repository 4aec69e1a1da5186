import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { z } from "zod";
import { isFolder } from "../config/paths.js";
import type { Part } from "../parts.js";
import { lastEvents } from "./events.js";
import { RUN_FILES } from "./files.js";
import { lockHolder } from "./lock.js";
import { isPart, readPart } from "./part-file.js";
import { hasTorchScoresAlone, lastTouched } from "./read.js";
import { isFinishedRun, isUnfinishedRun } from "./site.js";

/** "part": a finished part of a run; one that is not finished is what a run would be. */
export type RunStatus =
  | "done"
  | "part"
  | "running"
  | "interrupted"
  | "failed"
  | "foreign"
  | "broken";

/** One line of the list of runs. */
export interface RunEntry {
  name: string;
  folder: string;
  status: RunStatus;
  model: string | null;
  languages: string[];
  layers: number[];
  n_texts_per_lang: number | null;
  /** Fewest and most texts that a language of a finished run has. */
  texts: [fewest: number, most: number] | null;
  corpus: string | null;
  /** Of a run that is under way or was interrupted: share of its tokens that went through. */
  progress: number | null;
  /** Of a run that is under way: seconds that are left, as it says itself. */
  eta_s: number | null;
  /** The run whose sums this one re-reduces, if it does. */
  rescored_from: string | null;
  /** Which part of a run it is; null for a run. */
  part: Part | null;
  /** When it was finished or, of any other, last written to. */
  touched: string;
  /** Of a broken run: what is wrong with it. */
  problem: string | null;
}

const Described = z.looseObject({
  model: z.string().nullable().default(null),
  model_id: z.string().nullable().default(null),
  languages: z.array(z.string()).default([]),
  layers: z.array(z.int()).default([]),
  n_texts_per_lang: z.int().nullable().default(null),
  texts: z.record(z.string(), z.int()).optional(),
  corpus: z.string().nullable().default(null),
  rescored_from: z.string().nullable().default(null),
  finished: z.string().optional(),
});

/** The runs below a folder, last touched first. Never throws over one broken run: that one is listed as broken. */
export const listRuns = (below: string): RunEntry[] => new RunsWatch(below).list();

interface Known {
  seen: string;
  entry: RunEntry;
}

/** Lists a folder's runs again and again, and reads only those whose files have changed. */
export class RunsWatch {
  private known = new Map<string, Known>();

  constructor(private readonly below: string) {}

  /** @param elsewhere other folders to look at, which are named by their paths */
  list(elsewhere: readonly string[] = []): RunEntry[] {
    const before = this.known;
    this.known = new Map();
    const names = isFolder(this.below) ? readdirSync(this.below) : [];
    for (const [name, folder] of [
      ...names.map((name) => [name, join(this.below, name)] as const),
      ...elsewhere.map((folder) => [relative(".", folder) || folder, folder] as const),
    ]) {
      const found = this.look(name, folder, before.get(folder));
      if (found !== undefined) this.known.set(folder, found);
    }
    return [...this.known.values()]
      .map(({ entry }) => entry)
      .sort((a, b) => Date.parse(b.touched) - Date.parse(a.touched));
  }

  /** One folder, or what was known of it; undefined where it is none, no run, or not ours to look into. */
  private look(name: string, folder: string, known: Known | undefined): Known | undefined {
    try {
      const seen = signature(folder);
      if (known?.seen === seen) return known;
      if (!isFolder(folder) || !looksLikeRun(folder)) return undefined;
      return { seen, entry: describe(name, folder) };
    } catch {
      return undefined;
    }
  }
}

/** Changes whenever the description of a run may. @throws where the folder cannot be looked into */
function signature(folder: string): string {
  const files = [RUN_FILES.meta, RUN_FILES.part, RUN_FILES.config, RUN_FILES.events].map((file) => {
    const found = statSync(join(folder, file), { throwIfNoEntry: false });
    return found === undefined ? "" : `${found.mtimeMs}/${found.size}`;
  });
  // Whether a process is at work shows in no file where it was killed.
  const holder = files[0] === "" ? (lockHolder(folder)?.pid ?? "") : "";
  return [...files, holder].join(" ");
}

const looksLikeRun = (folder: string): boolean =>
  isFinishedRun(folder) || isUnfinishedRun(folder) || isPart(folder);

function describe(name: string, folder: string): RunEntry {
  try {
    return describeWhole(name, folder);
  } catch (error) {
    const touched = new Date(0).toISOString();
    const problem = `It cannot be read: ${error instanceof Error ? error.message : error}`;
    return { name, folder, touched, status: "broken", ...NOTHING_KNOWN, problem };
  }
}

const NOTHING_KNOWN = {
  model: null,
  languages: [],
  layers: [],
  n_texts_per_lang: null,
  texts: null,
  corpus: null,
  progress: null,
  eta_s: null,
  rescored_from: null,
  part: null,
  problem: null,
};

function describeWhole(name: string, folder: string): RunEntry {
  const isFinished = existsSync(join(folder, RUN_FILES.meta));
  const part = !isFinished && isPart(folder) ? readPart(folder) : null;
  const entry = { name, folder, touched: lastTouched(folder).toISOString(), problem: null };
  const file = isFinished ? RUN_FILES.meta : RUN_FILES.config;
  const broken = (what: string): RunEntry => ({
    ...{ ...entry, status: "broken", ...NOTHING_KNOWN },
    problem: `Its ${file} is damaged: ${what}. Restore it, or delete the run and compute it anew.`,
  });
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(join(folder, file), "utf8"));
  } catch (error) {
    return broken(error instanceof Error ? error.message : String(error));
  }
  const described = Described.safeParse(value);
  if (!described.success) {
    const [issue] = described.error.issues;
    return broken(`${issue?.path.join(".") || "the whole"}: ${issue?.message}`);
  }
  const finished = Date.parse(described.data.finished ?? "");
  if (!Number.isNaN(finished)) entry.touched = new Date(finished).toISOString();
  const { model_id, languages, layers, n_texts_per_lang, corpus, rescored_from } = described.data;
  const model = described.data.model ?? model_id;
  const counts = Object.values(described.data.texts ?? {});
  const texts: RunEntry["texts"] =
    counts.length === 0 ? null : [Math.min(...counts), Math.max(...counts)];
  const isForeign =
    isFinished && (!("schema_version" in described.data) || hasTorchScoresAlone(folder));
  const isWhole = isFinished || (part !== null && part.finished !== null);
  const status: RunStatus = isForeign
    ? "foreign"
    : isFinished
      ? "done"
      : isWhole
        ? "part"
        : unfinishedStatus(folder);
  const last = isWhole ? { progress: null, eta_s: null } : lastProgress(folder);
  // A part may have no text of some languages.
  const own = part?.finished?.languages ?? languages;
  const facts = { model, languages: own, layers, n_texts_per_lang, texts, corpus, rescored_from };
  return { ...entry, status, ...facts, ...last, part: part?.shard ?? null };
}

function unfinishedStatus(folder: string): RunStatus {
  if (lockHolder(folder) !== null) return "running";
  return lastEvents(folder).at(-1)?.type === "failed" ? "failed" : "interrupted";
}

function lastProgress(folder: string): Pick<RunEntry, "progress" | "eta_s"> {
  const events = lastEvents(folder);
  // What was reached before it was taken up again may have been lost with the language that was under way.
  const since = events.slice(events.findLastIndex(({ type }) => type === "started") + 1);
  const event = since.findLast(({ type }) => type === "progress");
  if (event?.type !== "progress" || event.tokens === 0) return { progress: null, eta_s: null };
  const isLast = since.at(-1) === event;
  const progress = Math.min(1, event.tokens_done / event.tokens);
  // Scoring and collecting examples come after all tokens, and say nothing of how long they take.
  return { progress, eta_s: isLast || progress < 1 ? event.eta_s : null };
}
