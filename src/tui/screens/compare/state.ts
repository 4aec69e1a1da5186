import { type Binding, listBindings } from "../../keys.js";
import { FIRST_ROW, type ListCursor, type Move, moved, within } from "../../list.js";
import { bodyHeight, type News, type Outcome, type World } from "../../model.js";

/** Two runs beside each other. */
export interface CompareScreen {
  kind: "compare";
  first: string;
  second: string;
  topK: number;
  cursor: ListCursor;
  /** Differences of the runs and agreement of their rankings, as the command line tells them. */
  lines: readonly string[] | null;
  refusal: string | null;
}

export type CompareAction = { type: "move"; move: Move };

export const newCompareScreen = (first: string, second: string, topK: number): CompareScreen => ({
  ...{ kind: "compare", first, second, topK, cursor: FIRST_ROW, lines: null, refusal: null },
});

export const compareHeight = (world: World): number => Math.max(1, bodyHeight(world) - 3);

/** Places of the first line in sight. */
const placesOf = ({ lines }: CompareScreen, world: World): number =>
  Math.max(1, (lines?.length ?? 0) - compareHeight(world) + 1);

export const compareBindings = (): Binding<CompareAction>[] =>
  listBindings<CompareAction>((move) => ({ type: "move", move })).map((binding) =>
    binding.keys.includes("down")
      ? { ...binding, shown: "↑↓", does: "scroll", inBar: true }
      : binding,
  );

export function updateCompare(
  state: CompareScreen,
  { move }: CompareAction,
  world: World,
): Outcome<CompareScreen> {
  return { state: { ...state, cursor: moved(state.cursor, move, placesOf(state, world), 1) } };
}

export function compareHeard(
  state: CompareScreen,
  news: News,
  world: World,
): Outcome<CompareScreen> {
  if (news.type === "compared" && news.first === state.first && news.second === state.second)
    return { state: { ...state, lines: news.lines } };
  if (news.type === "comparison_refused") return { state: { ...state, refusal: news.message } };
  if (news.type !== "resized") return { state };
  return { state: { ...state, cursor: within(state.cursor, placesOf(state, world), 1) } };
}
