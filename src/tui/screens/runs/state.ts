import type { Binding } from "../../keys.js";
import { listBindings, TEXT } from "../../keys.js";
import { EDIT_KEYS, edit, edited, type LineEdit } from "../../line-edit.js";
import { FIRST_ROW, type ListCursor, type Move, moved, within } from "../../list.js";
import { bodyHeight, type News, type Outcome, type Row, type World } from "../../model.js";
import { newCompareScreen } from "../compare/state.js";
import { newLiveScreen } from "../live/state.js";
import { newRunForm } from "../new-run/state.js";
import { newRunScreen } from "../run/state.js";

export const SORTS = ["age", "name", "status", "model"] as const;
export type Sort = (typeof SORTS)[number];

export interface RunsScreen {
  kind: "runs";
  cursor: ListCursor;
  /** The folder that the cursor stays on while rows come and go. */
  chosen: string | null;
  filter: string;
  /** The filter while it is typed. */
  typing: LineEdit | null;
  sort: Sort;
  /** Up to two folders, to be compared. */
  marked: string[];
  /** What is to be done to which run, if the next key says so. */
  asking: { what: "delete" | "stop"; row: Row } | null;
}

export type RunsAction =
  | { type: "move"; move: Move }
  | { type: "open" | "new" | "resume" | "stop" | "export" | "report" | "mark" | "delete" | "sort" }
  | { type: "filter" | "end_filter" | "clear_filter" }
  | { type: "type"; key: string }
  | { type: "confirm" | "cancel" };

export const RUNS: RunsScreen = {
  kind: "runs",
  cursor: FIRST_ROW,
  chosen: null,
  filter: "",
  typing: null,
  sort: "age",
  marked: [],
  asking: null,
};

/** How many features of each language and layer an export from here holds. */
const EXPORT_TOP_K = 50;
const COMPARE_TOP_K = 10;

export const isActive = ({ status }: Row): boolean => status === "running" || status === "starting";
export const isOpenable = ({ status }: Row): boolean => status === "done" || status === "foreign";
const isResumable = ({ status }: Row): boolean => status === "interrupted" || status === "failed";

/** The rows that pass the filter, in the order asked for. */
export function shownRows({ filter, typing, sort }: RunsScreen, { rows }: World): Row[] {
  const words = (typing?.text ?? filter).toLowerCase().split(/\s+/).filter(Boolean);
  const textOf = (row: Row) =>
    [row.name, row.status, row.model, row.corpus, ...row.languages].join(" ").toLowerCase();
  const found = rows.filter((row) => words.every((word) => textOf(row).includes(word)));
  const by: Record<Sort, (row: Row) => string> = {
    age: () => "",
    name: ({ name }) => name,
    status: ({ status }) => status,
    model: ({ model }) => model ?? "",
  };
  // Rows come last touched first; a stable sort keeps that among equals.
  return sort === "age" ? found : found.sort((a, b) => by[sort](a).localeCompare(by[sort](b)));
}

export const listHeight = (world: World): number => Math.max(1, bodyHeight(world) - 4);

export function chosenRow(state: RunsScreen, world: World): Row | undefined {
  return shownRows(state, world)[state.cursor.at];
}

export function runsBindings(state: RunsScreen, world: World): Binding<RunsAction>[] {
  if (state.asking !== null) {
    const isDelete = state.asking.what === "delete";
    const yes = { does: isDelete ? "delete it" : "stop it", isAnswer: true };
    const no = { does: isDelete ? "keep it" : "let it go on" };
    return [
      { keys: ["y"], inBar: true, action: { type: "confirm" }, ...yes },
      { keys: ["n", "escape"], inBar: true, action: { type: "cancel" }, ...no },
    ];
  }
  if (state.typing !== null)
    return [
      { keys: ["enter"], does: "keep the filter", inBar: true, action: { type: "end_filter" } },
      { keys: ["escape"], does: "show all", inBar: true, action: { type: "clear_filter" } },
      { keys: ["up"], does: "up", action: { type: "move", move: "up" } },
      { keys: ["down"], does: "down", action: { type: "move", move: "down" } },
      {
        keys: [TEXT, ...EDIT_KEYS],
        shown: "type",
        does: "words of a name, model, status, corpus or language",
        inBar: true,
        action: (key) => ({ type: "type", key }),
      },
    ];
  const row = chosenRow(state, world);
  const when = (holds: boolean | undefined, binding: Binding<RunsAction>) =>
    holds ? [binding] : [];
  return [
    ...when(row !== undefined && row.status !== "broken", {
      ...{ keys: ["enter"], does: "open", inBar: true, action: { type: "open" } as const },
    }),
    { keys: ["n"], does: "new run", inBar: true, action: { type: "new" } },
    ...when(row && isResumable(row), {
      ...{ keys: ["r"], does: "resume", inBar: true, action: { type: "resume" } as const },
    }),
    ...when(row && isActive(row), {
      ...{ keys: ["x"], does: "stop", inBar: true, action: { type: "stop" } as const },
    }),
    ...when(row && isOpenable(row), {
      keys: ["e"],
      does: `export CSV (top ${EXPORT_TOP_K})`,
      action: { type: "export" },
    }),
    ...when(row && isOpenable(row), {
      ...{ keys: ["p"], does: "report with all figures", action: { type: "report" } as const },
    }),
    ...when(row && isOpenable(row), {
      ...{ keys: ["c"], does: "mark two to compare", action: { type: "mark" } as const },
    }),
    ...when(row && !isActive(row), {
      ...{ keys: ["d"], does: "delete", inBar: true, action: { type: "delete" } as const },
    }),
    { keys: ["/"], does: "filter", inBar: true, action: { type: "filter" } },
    ...when(state.filter !== "", {
      ...{ keys: ["escape"], does: "show all", action: { type: "clear_filter" } as const },
    }),
    { keys: ["s"], does: `sort (by ${state.sort} now)`, action: { type: "sort" } },
    ...listBindings<RunsAction>((move) => ({ type: "move", move })),
  ];
}

export function updateRuns(
  state: RunsScreen,
  action: RunsAction,
  world: World,
): Outcome<RunsScreen> {
  const row = chosenRow(state, world);
  switch (action.type) {
    case "move": {
      const rows = shownRows(state, world);
      const cursor = moved(state.cursor, action.move, rows.length, listHeight(world));
      return { state: { ...state, cursor, chosen: rows[cursor.at]?.folder ?? null } };
    }
    case "filter":
      return { state: { ...state, typing: edited(state.filter) } };
    case "type":
      return {
        state: kept({ ...state, typing: edit(state.typing ?? edited(""), action.key) }, world),
      };
    case "end_filter":
      return { state: { ...state, filter: state.typing?.text ?? "", typing: null } };
    case "clear_filter":
      return { state: kept({ ...state, filter: "", typing: null }, world) };
    case "sort": {
      const sort = SORTS[(SORTS.indexOf(state.sort) + 1) % SORTS.length] as Sort;
      return { state: kept({ ...state, sort }, world) };
    }
    case "new":
      return { state, go: { to: newRunForm() } };
    case "cancel":
      return { state: { ...state, asking: null } };
    case "confirm":
      return { state: { ...state, asking: null }, effects: confirmed(state.asking) };
    default:
      return row === undefined ? { state } : ofRow(state, action.type, row);
  }
}

function ofRow(state: RunsScreen, type: RunsAction["type"], row: Row): Outcome<RunsScreen> {
  const { folder } = row;
  switch (type) {
    case "open":
      return { state, go: { to: isOpenable(row) ? newRunScreen(folder) : newLiveScreen(folder) } };
    case "resume":
      return {
        state,
        effects: [{ type: "launch", args: ["compute", "--resume", "--out-dir", folder], folder }],
        go: { to: newLiveScreen(folder) },
      };
    case "stop":
      return { state: { ...state, asking: { what: "stop", row } } };
    case "export":
      return { state, effects: [{ type: "export_csv", folder, topK: EXPORT_TOP_K }] };
    case "report":
      return { state, effects: [{ type: "report", folder }] };
    case "delete":
      return { state: { ...state, asking: { what: "delete", row } } };
    case "mark":
      return marked(state, folder);
    default:
      return { state };
  }
}

function marked(state: RunsScreen, folder: string): Outcome<RunsScreen> {
  if (state.marked.includes(folder))
    return { state: { ...state, marked: state.marked.filter((each) => each !== folder) } };
  const [first] = state.marked;
  if (first === undefined) return { state: { ...state, marked: [folder] } };
  return {
    state: { ...state, marked: [] },
    go: { to: newCompareScreen(first, folder, COMPARE_TOP_K) },
  };
}

function confirmed(asking: RunsScreen["asking"]): NonNullable<Outcome<RunsScreen>["effects"]> {
  if (asking === null) return [];
  const { what, row } = asking;
  if (what === "stop") return [{ type: "stop", folder: row.folder }];
  const forget = row.launch === null ? [] : [{ type: "forget_launch", id: row.launch.id } as const];
  // A start that failed before it had a folder is only remembered.
  return row.touched === "" ? forget : [...forget, { type: "delete_run", folder: row.folder }];
}

/** The cursor on the run where it was, wherever that is now. */
function kept(state: RunsScreen, world: World): RunsScreen {
  const rows = shownRows(state, world);
  const place = rows.findIndex(({ folder }) => folder === state.chosen);
  const cursor = within(
    { ...state.cursor, at: place < 0 ? Math.min(state.cursor.at, rows.length - 1) : place },
    rows.length,
    listHeight(world),
  );
  return { ...state, cursor, chosen: rows[cursor.at]?.folder ?? null };
}

export function runsHeard(state: RunsScreen, news: News, world: World): Outcome<RunsScreen> {
  // The run that was just started is the one to look at.
  if (news.type === "launched")
    return { state: kept({ ...state, chosen: news.folder, filter: "", typing: null }, world) };
  if (news.type !== "listed" && news.type !== "resized") return { state };
  return { state: kept(state, world) };
}
