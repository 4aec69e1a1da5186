import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isFolder } from "../config/paths.js";
import { RUN_FILES } from "./files.js";
import { lockHolder } from "./lock.js";
import { lastTouched } from "./read.js";
import { isFinishedRun, isUnfinishedRun, storedEvents } from "./site.js";

export type RunStatus = "done" | "running" | "interrupted" | "failed" | "foreign" | "broken";

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
  touched: string;
}

const Described = z.looseObject({
  model: z.string().nullable().default(null),
  languages: z.array(z.string()).default([]),
  layers: z.array(z.int()).default([]),
  n_texts_per_lang: z.int().nullable().default(null),
  texts: z.record(z.string(), z.int()).optional(),
  corpus: z.string().nullable().default(null),
});

/** The runs below a folder, last touched first. Never throws over one broken run: that one is listed as broken. */
export function listRuns(below: string): RunEntry[] {
  if (!isFolder(below)) return [];
  return readdirSync(below)
    .map((name) => ({ name, folder: join(below, name) }))
    .filter(({ folder }) => isFolder(folder) && looksLikeRun(folder))
    .map(({ name, folder }) => describe(name, folder))
    .sort((a, b) => Date.parse(b.touched) - Date.parse(a.touched));
}

const looksLikeRun = (folder: string): boolean => isFinishedRun(folder) || isUnfinishedRun(folder);

function describe(name: string, folder: string): RunEntry {
  try {
    return describeWhole(name, folder);
  } catch {
    const touched = new Date(0).toISOString();
    return { name, folder, touched, status: "broken", ...NOTHING_KNOWN };
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
};

function describeWhole(name: string, folder: string): RunEntry {
  const isFinished = existsSync(join(folder, RUN_FILES.meta));
  const entry = { name, folder, touched: lastTouched(folder).toISOString() };
  let value: unknown;
  try {
    value = JSON.parse(
      readFileSync(join(folder, isFinished ? RUN_FILES.meta : RUN_FILES.config), "utf8"),
    );
  } catch {
    value = undefined;
  }
  const described = Described.safeParse(value);
  if (!described.success) {
    return { ...entry, status: "broken", ...NOTHING_KNOWN };
  }
  const { model, languages, layers, n_texts_per_lang, corpus } = described.data;
  const counts = Object.values(described.data.texts ?? {});
  const texts: RunEntry["texts"] =
    counts.length === 0 ? null : [Math.min(...counts), Math.max(...counts)];
  const isForeign = isFinished && !("schema_version" in described.data);
  const status: RunStatus = isForeign ? "foreign" : isFinished ? "done" : unfinishedStatus(folder);
  const progress = isFinished ? null : lastProgress(folder);
  return { ...entry, status, model, languages, layers, n_texts_per_lang, texts, corpus, progress };
}

function unfinishedStatus(folder: string): RunStatus {
  if (lockHolder(folder) !== null) return "running";
  return storedEvents(folder).at(-1)?.type === "failed" ? "failed" : "interrupted";
}

function lastProgress(folder: string): number | null {
  const event = storedEvents(folder).findLast((event) => event.type === "progress");
  return event === undefined || event.tokens === 0 ? null : event.tokens_done / event.tokens;
}
