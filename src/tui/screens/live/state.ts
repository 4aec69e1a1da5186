import { partWords } from "../../../parts.js";
import type { RunEvent } from "../../../runs/meta.js";
import type { Binding } from "../../keys.js";
import type { News, Outcome, Row, World } from "../../model.js";
import { newRunScreen } from "../run/state.js";

/** A run that is under way, or stopped before it was finished. */
export interface LiveScreen {
  kind: "live";
  folder: string;
  events: readonly RunEvent[];
  /** The end of the log. */
  log: readonly string[];
  /** Whether it was seen at work: then its end is news. */
  wasActive: boolean;
  /** Whether the next key may stop it. */
  isAsking: boolean;
}

export type LiveAction = { type: "ask" | "stop" | "go_on" | "resume" | "open" };

const STOP = { type: "stop" } as const;

export const newLiveScreen = (folder: string): LiveScreen => ({
  ...{ kind: "live", folder, events: [], log: [], wasActive: false, isAsking: false },
});

export const rowOf = ({ folder }: { folder: string }, { rows }: World): Row | undefined =>
  rows.find((row) => row.folder === folder);

const isActive = (row: Row | undefined): boolean =>
  row?.status === "running" || row?.status === "starting";

export function liveBindings(state: LiveScreen, world: World): Binding<LiveAction>[] {
  const status = rowOf(state, world)?.status;
  if (status === "running" || status === "starting") {
    if (!state.isAsking)
      return [
        { keys: ["x"], does: "stop (it can go on later)", inBar: true, action: { type: "ask" } },
      ];
    return [
      ...[{ keys: ["y"], does: "stop it", inBar: true, isAnswer: true, action: STOP }],
      { keys: ["n", "escape"], does: "let it go on", inBar: true, action: { type: "go_on" } },
    ];
  }
  if (status === "done" || status === "foreign")
    return [{ keys: ["enter"], does: "open the results", inBar: true, action: { type: "open" } }];
  if (status === "interrupted" || status === "failed")
    return [{ keys: ["r"], does: "resume", inBar: true, action: { type: "resume" } }];
  return [];
}

export function updateLive(state: LiveScreen, action: LiveAction): Outcome<LiveScreen> {
  const { folder } = state;
  switch (action.type) {
    case "ask":
      return { state: { ...state, isAsking: true } };
    case "go_on":
      return { state: { ...state, isAsking: false } };
    case "stop":
      return { state: { ...state, isAsking: false }, effects: [{ type: "stop", folder }] };
    case "open":
      return { state, go: { instead: newRunScreen(folder) } };
    case "resume":
      return {
        state: { ...state, wasActive: true },
        effects: [{ type: "launch", args: ["compute", "--resume", "--out-dir", folder], folder }],
      };
  }
}

export function liveHeard(state: LiveScreen, news: News, world: World): Outcome<LiveScreen> {
  if (news.type === "followed" && news.folder === state.folder) {
    const wasActive = state.wasActive || isActive(rowOf(state, world));
    return { state: { ...state, events: news.events, log: news.log, wasActive } };
  }
  if (news.type !== "listed") return { state };
  const row = rowOf(state, world);
  if (isActive(row) === state.wasActive) return { state };
  const next = { ...state, wasActive: isActive(row), isAsking: false };
  if (row?.status === "done")
    return {
      state: next,
      notice: { tone: "done", text: `${row.name} is finished. Enter opens it.` },
    };
  if (row?.status === "part" && row.part !== null)
    return {
      state: next,
      notice: { tone: "done", text: `${row.name} is finished: ${partWords(row.part)}.` },
    };
  return { state: next };
}

export interface LanguageProgress {
  language: string;
  /** 0 to 1; of the language under way counted in texts, taken as equally many in each. */
  share: number;
  state: "finished" | "kept" | "under way" | "waiting";
}

/** How far each language is, from the events since the run was last taken up. */
export function languageProgress(
  languages: readonly string[],
  events: readonly RunEvent[],
): LanguageProgress[] {
  const since = events.slice(events.findLastIndex(({ type }) => type === "started") + 1);
  const finished = new Map<string, boolean>();
  for (const event of since)
    if (event.type === "language_finished") finished.set(event.language, event.kept);
  const last = since.findLast((event) => event.type === "progress");
  const perLanguage = last === undefined ? 0 : last.texts / Math.max(1, languages.length);
  return languages.map((language) => {
    const kept = finished.get(language);
    if (kept !== undefined) return { language, share: 1, state: kept ? "kept" : "finished" };
    if (last?.language !== language) return { language, share: 0, state: "waiting" };
    const done = last.texts_done - finished.size * perLanguage;
    const share = perLanguage === 0 ? 0 : Math.max(0, Math.min(1, done / perLanguage));
    return { language, share, state: "under way" };
  });
}
