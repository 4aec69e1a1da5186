import { searchLanguages } from "../../../config/languages.js";
import { padded } from "../../../views/cells.js";
import { type Line, plain, span } from "../../../views/line.js";
import { type Binding, TEXT } from "../../keys.js";
import { EDIT_KEYS, edit, edited, editSpans, type LineEdit } from "../../line-edit.js";
import { FIRST_ROW, type ListCursor, type Move, moved, within } from "../../list.js";
import type { World } from "../../model.js";

/** A language of a run while it is looked for, by code or name. */
export interface LanguageSearch {
  typed: LineEdit;
  cursor: ListCursor;
}

export type SearchAction =
  | { type: "find" | "end_find" | "take_found" }
  | { type: "find_type"; key: string }
  | { type: "find_move"; move: Move };

export const newSearch = (): LanguageSearch => ({ typed: edited(""), cursor: FIRST_ROW });

/** Codes of the run's languages that are found, in its order. */
export const foundIn = ({ typed }: LanguageSearch, languages: readonly string[]): string[] =>
  searchLanguages(typed.text.trim(), languages).map(({ code }) => code);

export const searchBindings = (): Binding<SearchAction>[] => [
  { keys: ["enter"], does: "take it", inBar: true, action: { type: "take_found" } },
  { keys: ["escape"], does: "leave it", inBar: true, action: { type: "end_find" } },
  {
    ...{ keys: ["up"], shown: "↑↓", does: "choose", inBar: true },
    action: { type: "find_move", move: "up" },
  },
  { keys: ["down"], does: "next", action: { type: "find_move", move: "down" } },
  { keys: ["pageup"], does: "a page up", action: { type: "find_move", move: "page-up" } },
  { keys: ["pagedown"], does: "a page down", action: { type: "find_move", move: "page-down" } },
  {
    keys: [TEXT, ...EDIT_KEYS],
    shown: "type",
    does: "a code or a name",
    inBar: true,
    action: (key) => ({ type: "find_type", key }),
  },
];

/** @param height rows that are shown of what is found */
export function searchMoved(
  search: LanguageSearch,
  action: Extract<SearchAction, { type: "find_type" | "find_move" }>,
  languages: readonly string[],
  height: number,
): LanguageSearch {
  if (action.type === "find_move") {
    const count = foundIn(search, languages).length;
    return { ...search, cursor: moved(search.cursor, action.move, count, height) };
  }
  const typed = edit(search.typed, action.key);
  return { typed, cursor: typed.text === search.typed.text ? search.cursor : FIRST_ROW };
}

/** The line that is typed, and what is found, at most `height` rows in all. */
export function searchLines(
  search: LanguageSearch,
  languages: readonly string[],
  { size }: World,
  height: number,
): Line[] {
  const found = searchLanguages(search.typed.text.trim(), languages);
  const rows = Math.max(1, height - 2);
  const { at, top } = within(search.cursor, found.length, rows);
  const count = `${found.length} of ${languages.length}`;
  return [
    [
      span("  language /", { bold: true }),
      ...editSpans(search.typed, size.columns - 30),
      span(`   ${count}`, { dim: true }),
    ],
    plain(""),
    ...(found.length === 0
      ? [plain("  No language of this run has that in its code or name.", { dim: true })]
      : found
          .slice(top, top + rows)
          .map(
            ({ code, name }, row): Line => [
              span(top + row === at ? "▸ " : "  "),
              span(padded(code, 20), { bold: top + row === at }),
              span(name),
            ],
          )),
  ];
}
