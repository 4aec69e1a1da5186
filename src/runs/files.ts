import { join } from "node:path";

/** Every file of a run, by its place in the run's folder. */
export const RUN_FILES = {
  config: "config.json",
  events: "events.ndjson",
  engineLog: "engine.log",
  statistics: "feature_stats.safetensors",
  scores: "v_scores.safetensors",
  torchScores: "v_scores.pt",
  examples: "examples.json",
  meta: "meta.json",
  sumsFolder: "sums",
  exportsFolder: "exports",
  gitignore: ".gitignore",
} as const;

export const sumsFile = (language: string): string =>
  join(RUN_FILES.sumsFolder, `${language}.safetensors`);

/** Files written aside carry this ending until they are complete; it is never that of a finished file. */
export const UNFINISHED = ".unfinished";
