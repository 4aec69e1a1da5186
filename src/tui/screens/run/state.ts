import { type Binding, listBindings } from "../../keys.js";
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
import { overviewLines } from "./overview.js";
import { logLines, madeLines } from "./surroundings.js";

export const TABS = ["overview", "features", "heatmap", "layers", "made from it", "log"] as const;
export type Tab = (typeof TABS)[number];

/** A finished run. */
export interface RunScreen {
  kind: "run";
  folder: string;
  opened: { run: OpenedRun; around: RunSurroundings } | null;
  refusal: string | null;
  tab: Tab;
  /** Places in the run's own lists of layers and languages. */
  layer: number;
  language: number;
  cursor: ListCursor;
  /** What the heatmap's rows and columns are. */
  heatmap: "layers" | "features";
}

export type RunAction =
  | { type: "tab"; to: Tab }
  | { type: "layer" | "language"; step: 1 | -1 }
  | { type: "move"; move: Move }
  | { type: "feature" | "heatmap" | "lab" | "export" | "report" };

/** Rows of the list of features. */
export const LISTED_FEATURES = 100;
const EXPORT_TOP_K = 50;

export const newRunScreen = (folder: string): RunScreen => ({
  ...{ kind: "run", folder, opened: null, refusal: null, tab: "features" },
  ...{ layer: 0, language: 0, cursor: FIRST_ROW, heatmap: "layers" },
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

export function runBindings(state: RunScreen): Binding<RunAction>[] {
  const tabs: Binding<RunAction>[] = [
    {
      ...{ keys: ["tab"], does: "tab", inBar: true },
      action: { type: "tab", to: neighbour(state.tab, 1) },
    },
    {
      keys: ["shift-tab"],
      does: "tab before",
      action: { type: "tab", to: neighbour(state.tab, -1) },
    },
    ...TABS.map(
      (to, at): Binding<RunAction> => ({
        ...{ keys: [String(at + 1)], does: to, action: { type: "tab", to } },
      }),
    ),
  ];
  if (state.opened === null) return tabs;
  const ours = isOurs(state.opened.run);
  // What a tab is for comes first: the bar has room for some keys only.
  return [
    ...tabs,
    ...(showsFeatures(state)
      ? [{ keys: ["enter"], does: "open", inBar: true, action: { type: "feature" } as const }]
      : []),
    ...(state.tab === "heatmap" && ours
      ? [
          {
            ...{ keys: ["v"], inBar: true, action: { type: "heatmap" } as const },
            does: state.heatmap === "layers" ? "by feature" : "by layer",
          },
        ]
      : []),
    ...(["features", "heatmap", "layers"].includes(state.tab) ? byLayerAndLanguage(state) : []),
    ...(showsFeatures(state) ? rowBindings() : []),
    ...(["overview", "made from it", "log"].includes(state.tab) ? scrollBindings() : []),
    ...(ours ? [{ keys: ["t"], does: "lab", inBar: true, action: { type: "lab" } as const }] : []),
    { keys: ["p"], does: "report with all figures", action: { type: "report" } },
    { keys: ["e"], does: `export CSV (top ${EXPORT_TOP_K})`, action: { type: "export" } },
  ];
}

/** Whether each row of the tab is a feature, which can be opened. */
const showsFeatures = ({ tab, heatmap }: RunScreen): boolean =>
  tab === "features" || tab === "layers" || (tab === "heatmap" && heatmap === "features");

const moves = (): Binding<RunAction>[] => listBindings((move) => ({ type: "move", move }));

/** The arrows change the language where features are listed. */
const rowBindings = (): Binding<RunAction>[] =>
  moves().map((binding) => ({
    ...binding,
    keys: binding.keys.filter((key) => key !== "up" && key !== "down"),
    ...(binding.keys.includes("j") ? { shown: "jk", does: "row", inBar: true } : {}),
  }));

const scrollBindings = (): Binding<RunAction>[] =>
  moves().map((binding) =>
    binding.keys.includes("down")
      ? { ...binding, shown: "↑↓", does: "scroll", inBar: true }
      : binding,
  );

const byLayerAndLanguage = ({ tab }: RunScreen): Binding<RunAction>[] => [
  ...(tab === "layers"
    ? []
    : ([
        {
          ...{ keys: ["right", "l"], shown: "←→", does: "layer", inBar: true },
          action: { type: "layer", step: 1 },
        },
        { keys: ["left", "h"], does: "layer before", action: { type: "layer", step: -1 } },
      ] satisfies Binding<RunAction>[])),
  {
    ...{ keys: ["down"], shown: "↑↓", does: "language", inBar: true },
    action: { type: "language", step: 1 },
  },
  { keys: ["up"], does: "language before", action: { type: "language", step: -1 } },
];

const neighbour = (tab: Tab, step: number): Tab =>
  TABS[(TABS.indexOf(tab) + step + TABS.length) % TABS.length] as Tab;

export function updateRun(state: RunScreen, action: RunAction, world: World): Outcome<RunScreen> {
  const { opened } = state;
  if (action.type === "tab") return { state: { ...state, tab: action.to, cursor: FIRST_ROW } };
  if (opened === null) return { state };
  const { layers, languages } = opened.run.meta;
  switch (action.type) {
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
          language: around(state.language, action.step, languages.length),
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
    case "feature":
      return {
        state,
        go: {
          to: newFeatureScreen(opened.run, opened.around, {
            folder: state.folder,
            layer: layers[state.tab === "layers" ? state.cursor.at : state.layer] as number,
            language: languages[state.language] as string,
            rank: state.tab === "layers" ? 1 : state.cursor.at + 1,
          }),
        },
      };
    case "lab":
      return { state, go: { to: newLabScreen(state.folder, opened.run, state.layer) } };
    case "report":
      return { state, effects: [{ type: "report", folder: state.folder }] };
    case "export":
      return { state, effects: [{ type: "export_csv", folder: state.folder, topK: EXPORT_TOP_K }] };
  }
}

const around = (at: number, step: number, count: number): number => (at + step + count) % count;

function rowCount(state: RunScreen, world: World): number {
  if (state.opened === null) return 0;
  const { run, around } = state.opened;
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
      return Math.min(
        LISTED_FEATURES,
        run.rankings.get(run.meta.layers[0] as number)?.features ?? 0,
      );
  }
}

export function runHeard(state: RunScreen, news: News, world: World): Outcome<RunScreen> {
  if (news.type === "run_opened" && news.folder === state.folder)
    return { state: { ...state, refusal: null, opened: { run: news.run, around: news.around } } };
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
