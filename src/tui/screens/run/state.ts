import type { Measure } from "../../../runs/rank-by.js";
import { FIRST_ROW, type ListCursor, type Move, moved, within } from "../../list.js";
import {
  bodyHeight,
  type FeaturePlace,
  type News,
  type OpenedRun,
  type Outcome,
  type RunSurroundings,
  type World,
} from "../../model.js";
import { newFeatureScreen } from "../feature/state.js";
import { newLabScreen } from "../lab/state.js";
import {
  foundIn,
  type LanguageSearch,
  newSearch,
  type SearchAction,
  searchMoved,
} from "./find-language.js";
import { overviewLines } from "./overview.js";
import { nextRanking, rankedHere, rankedLike, runShown } from "./ranking.js";
import { logLines, madeLines } from "./surroundings.js";

export const TABS = ["overview", "features", "heatmap", "layers", "made from it", "log"] as const;
export type Tab = (typeof TABS)[number];
/** Those that tell of the chosen language. */
const TABS_OF_LANGUAGES: readonly Tab[] = ["features", "heatmap", "layers"];

/** A finished run. */
export interface RunScreen {
  kind: "run";
  folder: string;
  opened: { run: OpenedRun; around: RunSurroundings } | null;
  /** The same run by another measure than v, where one is chosen. */
  ranked: OpenedRun | null;
  refusal: string | null;
  tab: Tab;
  /** Places in the run's own lists of layers and languages. */
  layer: number;
  language: number;
  cursor: ListCursor;
  /** What the heatmap's rows and columns are. */
  heatmap: "layers" | "features";
  /** A language that is looked for; null while none is. */
  search: LanguageSearch | null;
}

export type RunAction =
  | SearchAction
  | { type: "tab"; to: Tab }
  | { type: "layer" | "language"; step: 1 | -1 }
  | { type: "move"; move: Move }
  | { type: "feature" | "heatmap" | "measure" | "lab" | "export" | "report" };

/** Rows of the list of features. */
export const LISTED_FEATURES = 100;
export const EXPORT_TOP_K = 50;

export const newRunScreen = (folder: string): RunScreen => ({
  ...{ kind: "run", folder, opened: null, ranked: null, refusal: null, tab: "features" },
  ...{ layer: 0, language: 0, cursor: FIRST_ROW, heatmap: "layers" },
  search: null,
});

/** Rows of a tab's own part, below its heading. */
export const tabHeight = (world: World): number => Math.max(1, bodyHeight(world) - 3);

/** Rows of what a tab lists, below its own headings and above what it says of the chosen one. */
export function listRows(
  { tab, heatmap }: Pick<RunScreen, "tab" | "heatmap">,
  world: World,
): number {
  const height = tabHeight(world);
  if (tab === "features") return Math.max(1, height - 2);
  if (tab === "layers") return Math.max(1, height - 1);
  return tab === "heatmap" && heatmap === "features" ? Math.max(1, height - 3) : height;
}

export const isOurs = (run: OpenedRun): run is OpenedRun & { statistics: object } =>
  run.statistics !== null;

export function updateRun(state: RunScreen, action: RunAction, world: World): Outcome<RunScreen> {
  const { opened } = state;
  if (action.type === "tab") return { state: { ...state, tab: action.to, cursor: FIRST_ROW } };
  if (opened === null) return { state };
  const run = runShown(state) as OpenedRun;
  const measure = run.measure ?? "v";
  const { layers } = run.meta;
  switch (action.type) {
    case "find":
      return { state: { ...state, search: newSearch() } };
    case "end_find":
      return { state: { ...state, search: null } };
    case "take_found":
      return { state: taken(state, run) };
    case "find_type":
    case "find_move": {
      const { languages } = run.meta;
      const rows = Math.max(1, tabHeight(world) - 2);
      const search = searchMoved(state.search ?? newSearch(), action, languages, rows);
      return { state: { ...state, search } };
    }
    case "layer":
      return {
        state: {
          ...state,
          cursor: FIRST_ROW,
          layer: around(state.layer, action.step, layers.length),
        },
      };
    case "language":
      return {
        state: {
          ...state,
          cursor: FIRST_ROW,
          language: around(state.language, action.step, run.meta.languages.length),
        },
      };
    case "move": {
      const count = rowCount(state, world);
      return {
        state: {
          ...state,
          cursor: moved(state.cursor, action.move, count, listRows(state, world)),
        },
      };
    }
    case "heatmap":
      return {
        state: {
          ...state,
          cursor: FIRST_ROW,
          heatmap: state.heatmap === "layers" ? "features" : "layers",
        },
      };
    case "measure": {
      const next = nextRanking(opened.run, measure);
      const notice = next.why === null ? {} : { notice: { text: next.why, tone: "info" as const } };
      return { state: { ...state, ranked: next.ranked, cursor: FIRST_ROW }, ...notice };
    }
    case "feature": {
      const place = placeOf(state, run);
      const few = `${measure} ranks no feature of ${place.language} at layer ${place.layer}.`;
      if (place.rank > rankedHere(run, place))
        return { state, notice: { text: few, tone: "info" } };
      return { state, go: { to: newFeatureScreen(run, opened.around, place) } };
    }
    case "lab":
      return { state, go: { to: newLabScreen(state.folder, run, state.layer) } };
    case "report":
      return { state, effects: [{ type: "report", folder: state.folder }] };
    case "export":
      return {
        state,
        effects: [
          { type: "export_csv", folder: state.folder, topK: EXPORT_TOP_K, ...rankByOf(measure) },
        ],
      };
  }
}

/** Goes to the language that was found; where none was, the search goes on. */
function taken(state: RunScreen, { meta }: OpenedRun): RunScreen {
  if (state.search === null) return state;
  const code = foundIn(state.search, meta.languages)[state.search.cursor.at];
  if (code === undefined) return state;
  const language = meta.languages.indexOf(code);
  // What does not tell of one language gives way to what does.
  const tab = TABS_OF_LANGUAGES.includes(state.tab) ? state.tab : "features";
  return { ...state, tab, language, search: null, cursor: FIRST_ROW };
}

/** Of the chosen row, which is a feature's. */
function placeOf({ folder, tab, layer, language, cursor }: RunScreen, { meta }: OpenedRun) {
  const isOfLayers = tab === "layers";
  return {
    folder,
    layer: meta.layers[isOfLayers ? cursor.at : layer] as number,
    language: meta.languages[language] as string,
    rank: isOfLayers ? 1 : cursor.at + 1,
  };
}

const rankByOf = (measure: Measure) => (measure === "v" ? {} : { rankBy: measure });

const around = (at: number, step: number, count: number): number => (at + step + count) % count;

function rowCount(state: RunScreen, world: World): number {
  const run = runShown(state);
  if (state.opened === null || run === null) return 0;
  const { around } = state.opened;
  const { columns } = world.size;
  switch (state.tab) {
    case "overview":
      return overviewLines(run, columns).length;
    case "made from it":
      return madeLines(state.folder, around, world).length;
    case "log":
      return logLines(around, columns).length;
    case "layers":
      return run.meta.layers.length;
    default:
      return Math.min(LISTED_FEATURES, rankedHere(run, placeOf(state, run)));
  }
}

export function runHeard(state: RunScreen, news: News, world: World): Outcome<RunScreen> {
  if (news.type === "run_opened" && news.folder === state.folder)
    return {
      state: {
        ...{ ...state, refusal: null, opened: { run: news.run, around: news.around } },
        ranked: rankedLike(state.ranked, news.run),
      },
    };
  if (news.type === "run_refused" && news.folder === state.folder)
    return { state: { ...state, refusal: news.message } };
  if (news.type === "looked_at") return { state: lookedAt(state, news.place, world) };
  if (news.type !== "resized") return { state };
  return {
    state: {
      ...state,
      cursor: within(state.cursor, rowCount(state, world), listRows(state, world)),
    },
  };
}

/** Whoever went along a ranking and comes back finds the row where that ended. */
function lookedAt(state: RunScreen, place: FeaturePlace, world: World): RunScreen {
  const isMeant = place.folder === state.folder && state.tab !== "layers";
  if (!isMeant || place.rank > rowCount(state, world)) return state;
  const cursor = { ...state.cursor, at: place.rank - 1 };
  return { ...state, cursor: within(cursor, rowCount(state, world), listRows(state, world)) };
}
