import type { LaunchState } from "../launches/launches.js";
import type { Examples } from "../runs/examples-file.js";
import type { ForeignRun } from "../runs/foreign.js";
import type { RunEntry } from "../runs/list.js";
import type { RunEvent } from "../runs/meta.js";
import type { Measure } from "../runs/rank-by.js";
import type { FinishedRun } from "../runs/read.js";
import type { LabNews } from "./lab-process.js";
import type { CompareScreen } from "./screens/compare/state.js";
import type { FeatureScreen } from "./screens/feature/state.js";
import type { LabScreen } from "./screens/lab/state.js";
import type { LiveScreen } from "./screens/live/state.js";
import type { NewRunScreen } from "./screens/new-run/state.js";
import type { RunScreen } from "./screens/run/state.js";
import type { RunsScreen } from "./screens/runs/state.js";

export interface Size {
  columns: number;
  rows: number;
}

/** A run in the list: what its folder says, and the background process that was started for it. */
export interface Row extends Omit<RunEntry, "status"> {
  status: RunEntry["status"] | "starting";
  launch: LaunchState | null;
  /** What is going on or went wrong, where the status alone does not say it. */
  words: string | null;
}

/** What every screen sees beside its own state. */
export interface World {
  size: Size;
  /** Milliseconds since 1970, of the last event. */
  now: number;
  /** The folder whose runs are listed. */
  below: string;
  rows: readonly Row[];
  /** Whether the rows were read yet. */
  isListed: boolean;
  /** Colours that the terminal has: 1 none, 4 sixteen, 8 and 24 more. */
  colorDepth: number;
}

export type Screen =
  | RunsScreen
  | NewRunScreen
  | RunScreen
  | FeatureScreen
  | LabScreen
  | LiveScreen
  | CompareScreen;

export type OpenedRun = FinishedRun | ForeignRun;

/** What a run's folder holds beside its numbers. */
export interface RunSurroundings {
  events: RunEvent[];
  /** The end of the engine's log. */
  log: string[];
  examples: Examples | null;
  /** Why the contexts cannot be read, where there are some. */
  examplesTrouble: string | null;
  /** Files that were made from it, with their sizes. */
  exports: { file: string; bytes: number }[];
}

/** Where a feature was looked at. */
export interface FeaturePlace {
  folder: string;
  layer: number;
  language: string;
  rank: number;
}

/** What a screen asks the outside for; `runtime.ts` does it and tells news of it. */
export type Effect =
  | { type: "quit" }
  | { type: "suspend" }
  | { type: "open_run"; folder: string }
  | { type: "compare"; first: string; second: string; topK: number }
  | { type: "launch"; args: string[]; folder: string }
  | { type: "list_languages"; corpus: string; split: string | null }
  | { type: "look_at"; place: FeaturePlace }
  | { type: "stop"; folder: string }
  | { type: "forget_launch"; id: string }
  | { type: "delete_run"; folder: string }
  | { type: "export_csv"; folder: string; topK: number; rankBy?: Measure }
  | { type: "report"; folder: string }
  | { type: "open_link"; url: string }
  | { type: "plan"; asked: Record<string, unknown> }
  | { type: "start_lab"; folder: string; rankBy?: Measure }
  | { type: "ask_lab"; text: string }
  | { type: "end_lab" };

/** What happened outside. */
export type News =
  | { type: "resized"; size: Size }
  | { type: "ticked"; now: number }
  | { type: "listed"; rows: Row[] }
  | { type: "run_opened"; folder: string; run: OpenedRun; around: RunSurroundings }
  | { type: "run_refused"; folder: string; message: string }
  | { type: "compared"; first: string; second: string; lines: readonly string[] }
  | { type: "comparison_refused"; message: string }
  | { type: "followed"; folder: string; events: readonly RunEvent[]; log: string[] }
  | { type: "launched"; folder: string }
  | { type: "languages_listed"; corpus: string; codes: readonly string[] }
  | { type: "looked_at"; place: FeaturePlace }
  | { type: "planned"; lines: string[]; problems: string[] }
  | { type: "lab"; news: LabNews }
  | { type: "told"; text: string; tone: Tone };

export type Tone = "done" | "wrong" | "info";

export interface Notice {
  text: string;
  tone: Tone;
}

/** What became of a screen, and what it wants. */
export interface Outcome<S> {
  state: S;
  effects?: Effect[];
  /** Another screen on top, this one's end, or another in its place. */
  go?: { to: Screen } | { instead: Screen } | "back";
  notice?: Notice;
}

/** Rows that a screen's body has: title and help take one each, and the notice one. */
export const bodyHeight = ({ size }: World): number => Math.max(1, size.rows - 4);
