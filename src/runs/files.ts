import { join } from "node:path";
import { CONTROL_KINDS, type ControlKind } from "../config/controls.js";

/** Every file of a run, by its place in the run's folder. */
export const RUN_FILES = {
  config: "config.json",
  events: "events.ndjson",
  engineLog: "engine.log",
  statistics: "feature_stats.safetensors",
  scores: "v_scores.safetensors",
  torchScores: "v_scores.pt",
  evidence: "evidence.safetensors",
  fidelity: "fidelity.json",
  examples: "examples.json",
  meta: "meta.json",
  part: "part.json",
  sumsFolder: "sums",
  strongestFolder: "strongest",
  exportsFolder: "exports",
  figuresFolder: "figures",
  experimentsFolder: "experiments",
  holdoutFolder: "holdout",
  controlsFolder: "controls",
  report: "report.html",
  methods: "methods.md",
  gitignore: ".gitignore",
} as const;

/** The report's page, by which measure its features are ranked. */
export const reportFile = (measure?: string): string =>
  measure === undefined ? RUN_FILES.report : `report-by-${measure}.html`;

/** Whether a name is that of a report by another measure than v. */
export const isOtherReport = (name: string): boolean => /^report-by-[a-z]+\.html$/.test(name);

/** A run that is being replaced waits here until the one that replaces it is finished. */
export const EARLIER_RUN = "earlier-run";

/** The only corpus whose texts may not be passed on in the open. */
export const GATED_CORPUS = "flores";

/** What keeps the texts of a gated corpus, and what is derived from them per text, from being shared. */
export const GATED_IGNORE = `${RUN_FILES.sumsFolder}/\n${RUN_FILES.strongestFolder}/\n${RUN_FILES.examples}\n`;

export const isRunFile = (name: string): boolean => Object.values<string>(RUN_FILES).includes(name);

export const sumsFile = (language: string): string =>
  join(RUN_FILES.sumsFolder, `${language}.safetensors`);

/** What `examples.json` of an unfinished run will be made of. */
export const strongestFile = (language: string): string =>
  join(RUN_FILES.strongestFolder, `${language}.safetensors`);

/** Where a run keeps a control of its own: a run too. */
export const controlFolder = (kind: ControlKind): string => join(RUN_FILES.controlsFolder, kind);

/** Runs that a run keeps, and that go where it goes: of held-out texts, and its controls. As paths below its folder. */
export const INNER_RUNS: readonly string[] = [
  RUN_FILES.holdoutFolder,
  ...CONTROL_KINDS.map(controlFolder),
];

/** Files written aside carry this ending until they are complete; it is never that of a finished file. */
export const UNFINISHED = ".unfinished";

const ASIDE = /^\..+\.[0-9a-f]{8}\.unfinished$/;

/** Whether a name is one that `writeAside` gives. */
export const isWrittenAside = (name: string): boolean => ASIDE.test(name);
