import type { RankAgreement } from "../../../comparison/compare-runs.js";
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
  agreements: readonly RankAgreement[] | null;
  refusal: string | null;
}

export type CompareAction = { type: "move"; move: Move };

export const newCompareScreen = (first: string, second: string, topK: number): CompareScreen => ({
  ...{ kind: "compare", first, second, topK, cursor: FIRST_ROW, agreements: null, refusal: null },
});

export const compareHeight = (world: World): number => Math.max(1, bodyHeight(world) - 4);

export const compareBindings = (): Binding<CompareAction>[] =>
  listBindings((move) => ({ type: "move", move }));

export function updateCompare(
  state: CompareScreen,
  { move }: CompareAction,
  world: World,
): Outcome<CompareScreen> {
  const count = state.agreements?.length ?? 0;
  return { state: { ...state, cursor: moved(state.cursor, move, count, compareHeight(world)) } };
}

export function compareHeard(
  state: CompareScreen,
  news: News,
  world: World,
): Outcome<CompareScreen> {
  if (news.type === "compared" && news.first === state.first && news.second === state.second)
    return { state: { ...state, agreements: news.agreements } };
  if (news.type === "comparison_refused") return { state: { ...state, refusal: news.message } };
  if (news.type !== "resized") return { state };
  const count = state.agreements?.length ?? 0;
  return { state: { ...state, cursor: within(state.cursor, count, compareHeight(world)) } };
}
